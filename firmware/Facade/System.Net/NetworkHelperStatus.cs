namespace nanoFramework.Networking;

public enum NetworkHelperStatus
{
    None = 0,
    NetworkIsReady = 2,
}
