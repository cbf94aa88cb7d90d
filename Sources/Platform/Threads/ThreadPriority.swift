internal import CLinux

/// The share of the CPU that a thread gets beside others.
public enum ThreadPriority {
    private static let background: Int32 = 5

    /// Lowers the calling thread, the threads that it starts later, and the programs that those start, to nice 5: about a
    /// third of the CPU beside threads of ordinary priority, and all of it when nothing else runs. It cannot be undone, so
    /// it suits a thread that ends with its work.
    ///
    /// A thread that is lower already stays as it is.
    public static func lower() {
        dailies_lower_thread(background)
    }
}
