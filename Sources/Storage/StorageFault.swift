internal import Logging
internal import Platform

/// Why a storage operation failed.
public enum StorageFault: Error, Sendable, Equatable {
    /// The disk is full; the text is for the log.
    case full(String)
    /// The object or part does not exist.
    case missing(String)
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
        case .failed: "The file couldn't be stored."
        }
    }

    /// With the system's own message.
    public var debugDescription: String {
        switch self {
        case .full(let reason), .missing(let reason), .failed(let reason): reason
        }
    }
}
