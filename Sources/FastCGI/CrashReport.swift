internal import CFastCGI
internal import Glibc
internal import Platform
internal import Text

/// Says which request a process ended in. A trap cannot be caught in Swift, but it can be told.
///
/// Nothing but this file may use the C functions below; their header says why.
enum CrashReport {
    /// Catches the signals by which a process ends of its own fault.
    static func install() {
        _ = dailies_crash_install(WorkAtHand.key)
    }

    /// Gives the calling thread a stack for the handler.
    static func prepareThread() {
        _ = dailies_crash_use_stack()
    }

    /// What the calling thread does from now on, and whoever goes on with it. The words are made here, since the handler
    /// cannot make any, and stand in `place`.
    static func enter(
        request id: String, method: String, route: String, in place: UnsafeMutablePointer<dailies_crash_words>
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
        WorkAtHand.current = WorkAtHand(place)
    }

    /// The calling thread does nothing now.
    static func leave() {
        WorkAtHand.current = .nothing
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }
}
