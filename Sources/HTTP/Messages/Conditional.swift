internal import Crypto
internal import Text

/// Conditional requests: answers carry a tag of their content, and who has that content gets none.
enum Conditional {
    static func apply(_ request: Request, _ response: inout Response) {
        guard request.method == .get || request.method == .head, response.status == 200 else { return }
        if response.headers["ETag"] == nil {
            // No client revalidates an answer that it may not store, so a tag would be wasted.
            guard let bytes = response.bytes, !isNeverKept(response) else { return }
            response.headers["ETag"] = tag(of: bytes)
        }
        guard let tag = response.headers["ETag"], let wanted = request.headers["If-None-Match"],
            matches(wanted, tag)
        else { return }
        response.status = 304
        response.headers["Content-Type"] = nil
        response.body = .bytes([])
    }

    private static func isNeverKept(_ response: Response) -> Bool {
        response.headers["Cache-Control"]?.hasSuffix("no-store") ?? false
    }

    private static func tag(of bytes: [UInt8]) -> String {
        "\"\(Text.base64url(SHA256.hash(bytes).prefix(12)))\""
    }

    /// Weak comparison: nginx marks a tag as weak when it compresses the answer.
    private static func matches(_ header: String, _ tag: String) -> Bool {
        header.split(separator: ",").contains { candidate in
            let candidate = candidate.trimmed
            return candidate == "*" || opaque(candidate) == opaque(tag)
        }
    }

    private static func opaque(_ tag: String) -> Substring {
        tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...]
    }
}
