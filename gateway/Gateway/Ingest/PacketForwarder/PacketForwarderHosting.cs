using Microsoft.Extensions.DependencyInjection;

namespace BoatTelemetry.Gateway.Ingest.PacketForwarder;

/// <summary>What takes in frames from packet forwarders.</summary>
internal static class PacketForwarderHosting
{
    public static void AddPacketForwarder(this IServiceCollection services, PacketForwarderOptions options)
    {
        services.AddSingleton<PacketForwarderMetrics>();
        services.AddStage<PacketForwarderServer>(options);
        services.AddSingleton<IIngestState>(provider => provider.GetRequiredService<PacketForwarderServer>());
    }
}
