using System;
using System.Collections.Concurrent;
using System.Threading;

namespace BoatTelemetry.Facade.Wires;

/// <summary>
/// What is soldered to the simulated board, by place. The platform's types are made without being told which board they
/// are on (there is one), so the facade finds its chips here; a test has a board of its own, which its threads inherit.
/// </summary>
/// <remarks>
/// Places are written as the firmware names them: a serial line by its pins (<see cref="IUartLine.Place"/>) or, in tests of
/// one part, by its port's name (<c>COM2</c>), a pin as <c>GPIO4</c>, a chip
/// on SPI as <c>SPI1/CS18</c>, one on I2C as <c>I2C1/0x76</c>, a channel of the converter as <c>ADC0</c>.
/// </remarks>
public sealed class BoardWires
{
    private static readonly AsyncLocal<BoardWires?> _current = new();

    private readonly ConcurrentDictionary<(Type Kind, string Place), object> _chips = new();

    /// <summary>The board that the calling thread runs on.</summary>
    /// <exception cref="InvalidOperationException">None was set.</exception>
    public static BoardWires Current
    {
        get => _current.Value ?? throw new InvalidOperationException("No simulated board is set: BoardWires.Current.");
        set => _current.Value = value;
    }

    /// <summary>Puts a chip in its place; it takes the place of an earlier one of its kind.</summary>
    public void Connect<T>(string place, T chip)
        where T : class => _chips[(typeof(T), place)] = chip;

    /// <summary>Takes a chip away, as if it had never been fitted.</summary>
    public void Disconnect<T>(string place)
        where T : class => _chips.TryRemove((typeof(T), place), out _);

    /// <summary>What stands in a place, or null.</summary>
    public T? Find<T>(string place)
        where T : class => _chips.TryGetValue((typeof(T), place), out var chip) ? (T)chip : null;

    /// <summary>Everything of this kind, wherever it stands.</summary>
    public T[] All<T>()
        where T : class
    {
        var found = new System.Collections.Generic.List<T>();
        foreach (var chip in _chips)
        {
            if (chip.Key.Kind == typeof(T))
                found.Add((T)chip.Value);
        }

        return [.. found];
    }
}
