using BoatTelemetry.BoatCtl.Terminal;
using BoatTelemetry.BoatCtl.Tests.Support;
using BoatTelemetry.Core;
using BoatTelemetry.Host.Unit;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Flash;

/// <summary>
/// <c>flash</c> with a program that says what nanoff and the boot loader say. No board was here: the texts are from nanoFirmwareFlasher's sources
/// (commit baccab8), and from the reports that stand beside them.
/// </summary>
public sealed class FlashCommandTests : IDisposable
{
    // Esp32Manager.DoProcessAsync and Esp32DeviceInfo.ToString; the chip's line as in README.md.
    private const string Details =
        """
        .NET nanoFramework Firmware Flasher v2.5.115
        Copyright (C) 2019 .NET Foundation and nanoFramework project contributors

        Reading details from chip...OK

        Connected to:
        ESP32 (ESP32-D0WDQ6-V3 (revision v3.0))
        Features Wi-Fi, BT, Dual Core, 240MHz, VRef calibration in efuse, Coding Scheme None
        Flash size 4MB unknown from  (manufacturer 0x20 device 0x4016)
        PSRAM: 8MB
        Crystal 40MHz
        MAC D8:A0:1D:61:0F:24

        """;

    private const string Written = "Flash write complete.\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("boatctl-flash-");

    public static TheoryData<string, int, string, string, int> Failures => new()
    {
        // Esp32Manager: the exclusive access; ExitCodes.E6002.
        { "port-busy", ExitCode.NotReached, "details", "Error E6002: Couldn't access serial device. Another (nanoFramework) application has exclusive access to the device.\n", 6002 },

        // .NET's SerialPort on Windows, told by EspTool's constructor, which then ends with E4005.
        { "port-busy", ExitCode.NotReached, "details", "Exception occurred while trying to open <COM31>:\nAccess to the path 'COM31' is denied.\nError E4005: Failed to open specified COM port.\n", 4005 },

        // esptool on Linux (gist 31f683823cdc5f26e353d88c5fcd55d9).
        { "port-busy", ExitCode.NotReached, "details", "/dev/ttyUSB0 failed to connect: [Errno 16] could not open port /dev/ttyUSB0: [Errno 16] Device or resource busy: '/dev/ttyUSB0'\n", 4000 },
        { "port-denied", ExitCode.NotReached, "details", "/dev/ttyUSB0 failed to connect: [Errno 13] could not open port /dev/ttyUSB0: [Errno 13] Permission denied: '/dev/ttyUSB0'\n", 4000 },

        // Esp32BootloaderClient.Connect and EspTool.GetDeviceDetails.
        {
            "not-in-boot-mode", ExitCode.NotReached, "details",
            "Reading details from chip...*** Hold down the BOOT/FLASH button in ESP32 board ***\nError E4000: Error executing ESP32 serial command. (Failed to connect to ESP32 bootloader. No sync response received.)\n", 4000
        },

        // esptool issue 741, with versions of nanoff that still run it.
        { "not-in-boot-mode", ExitCode.NotReached, "details", "A fatal error occurred: Failed to connect to ESP32: Wrong boot mode detected (0x13)! The chip needs to be in download mode.\n", 4000 },

        // arduino-esp32 issue 1497.
        { "not-in-boot-mode", ExitCode.HalfDone, "write", "A fatal error occurred: Failed to connect to ESP32: Timed out waiting for packet header\n", 4000 },

        // EspTool.WriteFlash behind an MD5 that differs; with verbosity minimal the code alone ends the output.
        { "write-failed", ExitCode.HalfDone, "write", "E4003\n", 4003 },

        // FirmwarePackage; ExitCodes.E9007.
        { "no-runtime", ExitCode.Missing, "write", "E9007\n", 9007 },

        // Nothing said but the exit code, of which a Unix keeps 4002 modulo 256.
        { "write-failed", ExitCode.HalfDone, "write", "", 4002 },

        // ESP-IDF, components/esp_system/port/brownout.c, as nanoff's diagnostics echo it.
        { "brown-out", ExitCode.HalfDone, "write", "Brownout detector was triggered\nE4000\n", 4000 },
    };

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Flash_DryRun_ShowsTheExactCommandsAndRunsNone()
    {
        var nanoff = new FakeNanoff(_folder.FullName);
        var run = BoatCtlRun.Of("flash", "--board", "carrier-s3", "--port", "COM3", "--image", "boat unit.bin", "--runtime", "1.14.0.5", "--dry-run", "--nanoff", nanoff.File);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            [
                $"{nanoff.File} --platform esp32 --serialport COM3 --devicedetails",
                $"{nanoff.File} --target ESP32_S3_QUAD --serialport COM3 --update --fwversion 1.14.0.5 --deploy --image \"boat unit.bin\" --verbosity minimal",
            ],
            run.Out.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(nanoff.Called());
    }

    [Fact]
    public void Flash_UnitStarts_TellsItsFirmware()
    {
        using var unit = BoatCtlProcess.Unit(At("tty"));
        var nanoff = new FakeNanoff(_folder.FullName, (Details, 0), (Written, 0));
        var run = BoatCtlRun.Of("flash", "--board", "t-beam", "--port", At("tty"), "--image", Image(), "--skip-runtime", "--nanoff", nanoff.File, "--json");
        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        Assert.Equal(FirmwareRelease.Version, run.Json().GetProperty("firmware").GetString());
        Assert.Equal(
            [$"--platform esp32 --serialport {At("tty")} --devicedetails", $"--target ESP32_PSRAM_REV0 --serialport {At("tty")} --deploy --image {Image()} --verbosity minimal"],
            nanoff.Called());
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void Flash_NanoffFails_SaysWhyAndWhatToDo(string word, int exitCode, string at, string text, int nanoffCode)
    {
        (string, int)[] answers = at == "details" ? [(text, nanoffCode)] : [(Details, 0), (text, nanoffCode)];
        var nanoff = new FakeNanoff(_folder.FullName, answers);
        var run = BoatCtlRun.Of("flash", "--board", "t-beam", "--port", "/dev/ttyUSB0", "--image", Image(), "--nanoff", nanoff.File, "--json");
        Assert.Equal((exitCode, word), (run.ExitCode, run.Json().GetProperty("error").GetString()));
        Assert.Equal(answers.Length, nanoff.Called().Length);
    }

    [Fact]
    public void Flash_AnotherChip_WritesNothing()
    {
        var nanoff = new FakeNanoff(_folder.FullName, (Details, 0), (Written, 0));
        var run = BoatCtlRun.Of("flash", "--board", "carrier-s3", "--port", "/dev/ttyUSB0", "--nanoff", nanoff.File, "--json");
        Assert.Equal((ExitCode.Refused, "wrong-chip"), (run.ExitCode, run.Json().GetProperty("error").GetString()));
        Assert.Single(nanoff.Called());
    }

    [Theory]
    [InlineData("brown-out", "\r\nBrownout detector was triggered\r\n\r\nets Jul 29 2019 12:21:46\r\n")]
    [InlineData("in-boot-mode", "rst:0x10 (RTCWDT_RTC_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))\r\nwaiting for download\r\n")]
    [InlineData("no-start", "")]
    public void Flash_UnitDoesNotStart_SaysWhatItsBootLoaderSays(string word, string heard)
    {
        using var console = new PseudoTerminal();
        using var babble = new Timer(_ => console.Send(115_200, System.Text.Encoding.ASCII.GetBytes(heard)), null, 0, 200);
        var watch = new BoatTelemetry.BoatCtl.Flash.StartWatch(console.Path, TimeSpan.FromSeconds(1));
        Assert.Null(watch.Info(CancellationToken.None));
        Assert.Equal(word, BoatTelemetry.BoatCtl.Flash.FlashFailures.OfStart(watch.Heard)?.Word ?? "no-start");
    }

    [Fact]
    public void Flash_NoNanoff_SaysHowToInstallIt()
    {
        var run = BoatCtlRun.Of("flash", "--board", "t-beam", "--port", "/dev/ttyUSB0", "--nanoff", At("no-such-nanoff"), "--json");
        Assert.Equal((ExitCode.Missing, "no-nanoff"), (run.ExitCode, run.Json().GetProperty("error").GetString()));
        Assert.Contains("dotnet tool install -g nanoff", run.Json().GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private string Image()
    {
        File.WriteAllText(At("unit.bin"), "image");
        return At("unit.bin");
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
