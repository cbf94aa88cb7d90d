internal import CFastCGI
internal import Glibc
internal import Platform
internal import Text

/// Reports the request during which a process ended by a trap. Swift cannot catch a trap, but a signal handler can log it.
///
/// Only this file may use the C functions below; their header says why.
enum CrashReport {
    /// Catches the signals by which a process ends through its own fault, such as SIGILL.
    static func install() {
        _ = dailies_crash_install(CrashContext.key)
    }

    /// Gives the calling thread a separate stack for the handler.
    static func prepareThread() {
        _ = dailies_crash_use_stack()
    }

    /// Declares what the calling thread works on from now on, and any thread that continues it. The text is formatted here
    /// and kept in `place`, since a signal handler must not allocate memory.
    static func enter(
        request id: String, method: String, route: String, in place: UnsafeMutablePointer<dailies_crash_words>,
        _ activity: RequestActivity
    ) {
        var words: [UInt8] = []
        words.reserveCapacity(480)
        words.append(#","request":""#)
        words += id.utf8
        words.append(#"","route":""#)
        for byte in method.utf8.prefix(32) where isPlain(byte) { words.append(byte) }
        words.append(UInt8(ascii: " "))
        for byte in route.utf8.prefix(256) where isPlain(byte) { words.append(byte) }
        words.append(UInt8(ascii: "\""))
        words.withUnsafeBufferPointer { words in
            words.withMemoryRebound(to: CChar.self) { dailies_crash_set_words(place, $0.baseAddress, UInt($0.count)) }
        }
        CrashContext.current = CrashContext(place, activity: activity)
    }

    /// Declares that the calling thread works on nothing.
    static func leave() {
        CrashContext.current = .empty
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }
}
