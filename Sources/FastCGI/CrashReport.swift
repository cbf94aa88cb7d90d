internal import CFastCGI
internal import Glibc
internal import Platform

/// Says which request a process ended in. A trap cannot be caught in Swift, but it can be told.
///
/// Nothing but this file may use the C functions below; their header says why.
enum CrashReport {
    /// Catches the signals by which a process ends of its own fault.
    static func install() {
        _ = dailies_crash_install()
    }

    /// Gives the calling thread a stack for the handler.
    static func prepareThread() {
        _ = dailies_crash_use_stack()
    }

    /// What the calling thread does from now on. The words are made here, since the handler cannot make any.
    static func enter(request id: String, method: String, route: String) {
        var words = #","request":"\#(id)","route":""#
        words += String(String.UnicodeScalarView("\(method) \(route)".unicodeScalars.filter(isPlain).prefix(300)))
        words += "\""
        words.withUTF8 { words in
            words.withMemoryRebound(to: CChar.self) { dailies_crash_set_words($0.baseAddress, UInt(words.count)) }
        }
    }

    /// The calling thread does nothing now.
    static func leave() {
        dailies_crash_set_words("", 0)
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && scalar.value >= 0x20 && scalar.value != 0x7F && scalar != "\"" && scalar != "\\"
    }
}
