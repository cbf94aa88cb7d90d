/// The exit statuses of the programs, as sysexits(3) numbers them. systemd shows them by name.
public enum ExitCode {
    /// All is done.
    public static let success: Int32 = 0
    /// It could not be done.
    public static let failure: Int32 = 1
    /// The command line is not valid.
    public static let usage: Int32 = 64
    /// Something that the program needs is not available.
    public static let unavailable: Int32 = 69
    /// The settings are not valid.
    public static let configuration: Int32 = 78

    /// What each says, for manual pages.
    static let meanings: [(status: Int32, meaning: String)] = [
        (success, "All is done"), (failure, "It could not be done"), (usage, "The command line is not valid"),
        (unavailable, "Something that the program needs is not available"),
        (configuration, "The settings are not valid"),
    ]
}
