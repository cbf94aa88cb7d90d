internal import Logging
internal import Platform

/// Why bytes could not be kept or found.
public enum StorageFault: Error, Sendable, Equatable {
    /// There is no room; the text is for the log.
    case full(String)
    /// The object or part is not there.
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
        case .full: "There is no room left for files."
        case .missing: "The file is not there."
        case .failed: "The file could not be kept."
        }
    }

    /// With the system's own words.
    public var debugDescription: String {
        switch self {
        case .full(let reason), .missing(let reason), .failed(let reason): reason
        }
    }
}
