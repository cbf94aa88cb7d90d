/// An answer that tells what went wrong, as `application/problem+json`.
public struct Problem: Error, Sendable, CustomStringConvertible {
    /// The HTTP status.
    public let status: Int
    /// What went wrong, for programs; stable.
    public let code: String
    /// What went wrong, as a sentence for people.
    public let message: String
    /// What is wrong with each field.
    public let details: [FieldFault]
    /// Further headers, such as `Retry-After`.
    public internal(set) var headers: Headers
    /// Further members of the answer, such as the current totals of a clip that was voted for already.
    public private(set) var members: [String: JSONValue]

    /// A problem.
    public init(
        status: Int, code: String, message: String, details: [FieldFault] = [], headers: Headers = [:],
        members: [String: JSONValue] = [:]
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers = headers
        self.members = members
    }

    /// Safe to show and to log.
    public var description: String { "\(status) \(code): \(message)" }

    /// The same problem with a header more.
    public func with(_ name: String, _ value: String) -> Problem {
        var copy = self
        copy.headers[name] = value
        return copy
    }

    /// The same problem with members more.
    public func with(_ members: [String: JSONValue]) -> Problem {
        var copy = self
        copy.members.merge(members) { _, new in new }
        return copy
    }

    /// The answer's body. The members that every problem has win over a handler's own of the same name.
    public func json(requestID: String) -> JSONValue {
        var object = members
        object["title"] = .string(StatusName.of(status) ?? "Problem")
        object["status"] = .integer(status)
        object["error"] = .string(message)
        object["code"] = .string(code)
        object["requestId"] = .string(requestID)
        if !details.isEmpty {
            object["details"] = .array(
                details.map {
                    ["field": .string($0.field), "code": .string($0.code), "message": .string($0.message)]
                })
        }
        return .object(object)
    }
}

extension Problem {
    /// 400: the request cannot be read.
    public static func malformed(_ message: String, code: String = "malformed") -> Problem {
        Problem(status: 400, code: code, message: message)
    }

    /// 401: the request has no session.
    public static let unauthenticated = Problem(
        status: 401, code: "auth_required", message: "Sign in to do this.")

    /// 403: the caller may not do this.
    public static func forbidden(_ code: String = "forbidden", _ message: String = "You may not do this.") -> Problem {
        Problem(status: 403, code: code, message: message)
    }

    /// 404: there is no such thing.
    public static func notFound(_ code: String = "not_found", _ message: String = "There is nothing here.") -> Problem {
        Problem(status: 404, code: code, message: message)
    }

    /// 410: there was such a thing, and there is none any more.
    public static func gone(_ code: String, _ message: String) -> Problem {
        Problem(status: 410, code: code, message: message)
    }

    /// 405: the path is there, the method is not.
    public static func methodNotAllowed(_ methods: [Method]) -> Problem {
        let list = methods.map(\.description).joined(separator: ", ")
        return Problem(
            status: 405, code: "method_not_allowed", message: "This address takes only \(list).",
            headers: ["Allow": list])
    }

    /// 409: the state of things does not allow it.
    public static func conflict(_ code: String, _ message: String) -> Problem {
        Problem(status: 409, code: code, message: message)
    }

    /// 413: the body is larger than this route takes.
    public static func tooLarge(limit: Int) -> Problem {
        Problem(
            status: 413, code: "too_large",
            message: limit == 0 ? "This address takes no body." : "The body may have at most \(limit) bytes.")
    }

    /// 415: the body is of another type than this route takes.
    public static func unsupportedMediaType(_ wanted: [String]) -> Problem {
        Problem(
            status: 415, code: "unsupported_media_type",
            message: "The body must be \(wanted.joined(separator: " or ")).",
            headers: ["Accept": wanted.joined(separator: ", ")])
    }

    /// 422: the request can be read, but fields of it are wrong.
    public static func unprocessable(_ details: [FieldFault]) -> Problem {
        let message = details.count == 1 ? details[0].message : "Several fields are wrong."
        return Problem(status: 422, code: "invalid_fields", message: message, details: details)
    }

    /// 422 about one field.
    public static func invalid(_ field: String, _ code: String, _ message: String) -> Problem {
        unprocessable([FieldFault(field, code, message)])
    }

    /// 429: too many requests.
    public static func tooManyRequests(retryAfter seconds: Int) -> Problem {
        Problem(
            status: 429, code: "rate_limited",
            message: "Too many requests. Try again in \(seconds) \(seconds == 1 ? "second" : "seconds").",
            headers: ["Retry-After": String(seconds)])
    }

    /// 500: a fault of this site. The log has the cause, under the request id of the answer.
    public static let internalError = Problem(
        status: 500, code: "internal_error", message: "Something went wrong on our side. It has been recorded.")

    /// 503: something that this needs is away for a while.
    public static func unavailable(
        _ code: String = "unavailable", _ message: String = "This is not available at the moment. Try again soon.",
        retryAfter seconds: Int = 2
    ) -> Problem {
        Problem(status: 503, code: code, message: message, headers: ["Retry-After": String(seconds)])
    }
}
