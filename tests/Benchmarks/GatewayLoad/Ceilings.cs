using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using BoatTelemetry.Mqtt;
using Microsoft.Data.Sqlite;

namespace BoatTelemetry.Benchmarks.GatewayLoad;

/// <summary>What this machine does at the most with nothing else on the way, each a second.</summary>
internal static class Ceilings
{
    private const int BatchRows = 512;

    /// <summary>Datagrams received by a loop that does nothing with them, from a loop that sends as fast as it can on the same cores.</summary>
    public static double Datagrams(byte[] datagram, TimeSpan time)
    {
        using var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20, ReceiveTimeout = 200 };
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.Connect(receiver.LocalEndPoint!);
        var isOver = false;
        var sending = new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
                sender.Send(datagram);
        });
        sending.Start();
        var buffer = new byte[65_536];
        var begin = Stopwatch.GetTimestamp();
        long received = 0;
        while (Stopwatch.GetElapsedTime(begin) < time)
        {
            receiver.Receive(buffer);
            received++;
        }

        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        Volatile.Write(ref isOver, true);
        sending.Join();
        return received / seconds;
    }

    /// <summary>QoS 1 publishes acknowledged by the broker, over the stack that the gateway uses and with the same subscriber behind it.</summary>
    public static async Task<double> PublishesAsync(int port, int payloadBytes, TimeSpan time)
    {
        const int PendingMax = 1024;
        await using var link = MqttStack.Default.CreateLink();
        await link.ConnectAsync(
            new MqttLinkOptions { Host = "127.0.0.1", Port = port, ClientId = "ceiling", PublishesPendingMax = PendingMax }, CancellationToken.None);
        var message = new MqttMessage { Topic = "patrol/v1/bench/ceiling", Payload = new byte[payloadBytes], Qos = MqttQos.AtLeastOnce };
        Queue<Task> pending = new();
        long acknowledged = 0;
        var begin = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begin) < time)
        {
            while (pending.Count < 2 * PendingMax)
                pending.Enqueue(link.PublishAsync(message, CancellationToken.None));
            await pending.Dequeue();
            acknowledged++;
        }

        var rate = acknowledged / Stopwatch.GetElapsedTime(begin).TotalSeconds;
        await Task.WhenAll(pending);
        await link.DisconnectAsync();
        return rate;
    }

    /// <summary>Rows of a number and one blob, committed in batches with a write-ahead log and synchronous FULL.</summary>
    public static double Rows(string file, int rowBytes, TimeSpan time)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using (var setup = connection.CreateCommand())
        {
            setup.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)";
            setup.ExecuteNonQuery();
        }

        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO t (b) VALUES ($b)";
        insert.Parameters.AddWithValue("$b", new byte[rowBytes]);
        long rows = 0;
        var begin = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begin) < time)
        {
            using var transaction = connection.BeginTransaction();
            insert.Transaction = transaction;
            for (var i = 0; i < BatchRows; i++)
                insert.ExecuteNonQuery();
            transaction.Commit();
            rows += BatchRows;
        }

        return rows / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }
}
