using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Time;

namespace BoatTelemetry.Host.Commands;

/// <summary>What the arguments' texts mean. What is wrong with one is said with what it should have been.</summary>
internal static class ArgumentParsers
{
    private const double SpeedMax = 100_000;

    public static double Speed(ArgumentResult argument)
    {
        var text = Text(argument);
        if (text == "max")
            return double.PositiveInfinity;

        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var speed) && speed is > 0 and <= SpeedMax)
            return speed;

        argument.AddError($"--speed {text}: a number above 0 and at most {SpeedMax}, or max.");
        return 0;
    }

    public static int Unit(ArgumentResult argument)
    {
        var text = Text(argument);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var unit) && unit <= FrameHeader.UnitMax)
            return unit;

        argument.AddError($"--unit {text}: a number from 0 to {FrameHeader.UnitMax}.");
        return 0;
    }

    public static IPEndPoint? Gateway(ArgumentResult argument)
    {
        var text = Text(argument);
        if (TryHostAndPort(text, out var host, out var port))
        {
            if (IPAddress.TryParse(host, out var address) || TryResolve(host, out address))
                return new IPEndPoint(address, port);

            argument.AddError($"--gateway {text}: the host's name cannot be resolved.");
            return null;
        }

        argument.AddError($"--gateway {text}: HOST:PORT, for example 127.0.0.1:1700.");
        return null;
    }

    public static int DayNumber(ArgumentResult argument)
    {
        var text = Text(argument);
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date.Year >= 1970)
            return UtcTime.DayNumber(date.Year, date.Month, date.Day);

        argument.AddError($"--earliest-date {text}: YYYY-MM-DD from 1970-01-01 on.");
        return 0;
    }

    public static OperatingArea? Area(ArgumentResult argument)
    {
        var text = Text(argument);
        var parts = text.Split(',');
        if (parts.Length == 2 && TryDegrees(parts[0], 90, out var latitudeE5) && TryDegrees(parts[1], 180, out var longitudeE5))
            return new OperatingArea(latitudeE5, longitudeE5);

        argument.AddError($"--area {text}: LAT,LON of its south-west corner in degrees, south and west negative, for example -12,90.");
        return null;
    }

    public static long WholeSeconds(ArgumentResult argument)
    {
        var text = Text(argument);
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0)
            return seconds;

        argument.AddError($"--duration {text}: a number of seconds above 0.");
        return 0;
    }

    public static double Chance(ArgumentResult argument)
    {
        var text = Text(argument);
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var chance) && chance is >= 0 and <= 1)
            return chance;

        argument.AddError($"--dropout-chance {text}: a number from 0 to 1.");
        return 0;
    }

    /// <summary>Splits HOST:PORT; false if it is not of that form.</summary>
    public static bool TryHostAndPort(string text, out string host, out int port)
    {
        var colon = text.LastIndexOf(':');
        port = 0;
        host = colon > 0 ? text[..colon] : string.Empty;
        return colon > 0
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port is > 0 and <= IPEndPoint.MaxPort;
    }

    private static string Text(ArgumentResult argument) => argument.Tokens.Count == 1 ? argument.Tokens[0].Value : string.Empty;

    private static bool TryDegrees(string text, int most, out int degreesE5)
    {
        degreesE5 = 0;
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var degrees)
            || Math.Abs(degrees) > most)
            return false;

        degreesE5 = (int)decimal.Round(degrees * 100_000);
        return true;
    }

    private static bool TryResolve(string host, out IPAddress address)
    {
        try
        {
            // IPv4 first: a gateway that listens on one family listens on that one.
            var found = Dns.GetHostAddresses(host);
            address = found.FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork) ?? found.FirstOrDefault() ?? IPAddress.None;
            return found.Length > 0;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            address = IPAddress.None;
            return false;
        }
    }
}
