internal import Logging
internal import Platform

/// Why a storage operation failed.
public enum StorageFault: Error, Sendable, Equatable {
    /// The disk is full; the text is for the log.
    case full(String)
    /// The object or part does not exist.
    case missing(String)
    /// The back end refuses the credentials, or the bucket does not exist. Another attempt changes nothing.
    case denied(String)
    /// The back end did not answer, or with an error of its own, several times.
    case unavailable(String)
    /// Anything else.
    case failed(String)

    init(_ error: SystemError) {
        self =
            if error.isDiskFull { .full("\(error)") } else if error.isMissing { .missing("\(error)") } else {
                .failed("\(error)")
            }
    }
}

extension StorageFault: CustomStringConvertible, CustomDebugStringConvertible {
    /// A sentence without paths.
    public var description: String {
        switch self {
        case .full: "The storage is full."
        case .missing: "The file doesn't exist."
        case .denied: "The storage refuses this site's credentials."
        case .unavailable: "The storage doesn't answer."
        case .failed: "The file couldn't be stored."
        }
    }

    /// With the system's own message.
    public var debugDescription: String {
        switch self {
        case .full(let reason), .missing(let reason), .denied(let reason), .unavailable(let reason),
            .failed(let reason):
            reason
        }
    }
}
