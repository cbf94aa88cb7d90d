internal import Glibc

/// A system call that failed.
public struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The call's name.
    public let call: String
    /// The error number.
    public let number: Int32
    /// What it was about, a path for example.
    public let subject: String

    /// Records the failure of `call`; the number is errno unless given.
    public init(_ call: String, _ subject: String = "", number: Int32? = nil) {
        self.number = number ?? errno
        self.call = call
        self.subject = subject
    }

    /// The failure in words.
    public var description: String {
        let reason = strerror(number).map { String(cString: $0) } ?? "error \(number)"
        return subject.isEmpty ? "\(call): \(reason)" : "\(call) \(subject): \(reason)"
    }
}
