internal import FoundationEssentials
internal import HTTPClient
internal import Text

/// A bucket of Amazon S3, Cloudflare R2, or a server that speaks their protocol.
///
/// Parts of uploads are objects of their own, which the job puts together: S3's multipart uploads must be begun by a call, and
/// their parts have at least 5 MiB.
struct S3Store: ObjectStore {
    let kind: StorageKind
    let partBytes: Int? = UploadPlan.partBytes
    private let origin: String
    private let base: String
    private let signer: AWSSigner
    private let transport: ObjectTransport

    /// A public address of the bucket in an older system.
    private let publicURL: String?

    /// A bucket at `origin` below the path `base`, which is empty where the host names the bucket.
    init(
        _ kind: StorageKind, origin: String, base: String, signer: AWSSigner, publicURL: String? = nil, stall: Duration
    ) {
        self.publicURL = publicURL
        self.kind = kind
        self.origin = origin
        self.base = base
        self.signer = signer
        transport = ObjectTransport(kind, stall: stall)
    }

    func put(_ piece: FilePiece, as name: String) throws(StorageFault) {
        // The server refuses bytes that differ from this hash.
        let payload = Text.hex(try piece.digest())
        let headers = [
            ("content-type", MediaType.of(name)), ("cache-control", MediaType.caching(of: name)),
        ]
        let answer = try transport.send("PUT \(name)") { () throws(StorageFault) in
            request("PUT", name, headers: headers, payload: payload, stream: piece)
        }
        guard answer.isSuccess else { throw fault("PUT \(name)", answer) }
    }

    func get(_ name: String, into sink: any ObjectSink) throws(StorageFault) {
        let answer = try transport.send("GET \(name)", into: sink) { () throws(StorageFault) in request("GET", name) }
        guard answer.isSuccess else { throw fault("GET \(name)", answer) }
    }

    func list(_ prefix: String, after cursor: String?) throws(StorageFault) -> ObjectPage {
        var query = [("list-type", "2"), ("encoding-type", "url"), ("max-keys", "1000"), ("prefix", prefix)]
        if let cursor { query.append(("continuation-token", cursor)) }
        let answer = try transport.send("LIST \(prefix)") { () throws(StorageFault) in
            var request = request("GET", "", query: query)
            request.responseLimit = 8 << 20
            return request
        }
        guard answer.isSuccess else { throw fault("LIST \(prefix)", answer) }
        let text = String(decoding: answer.body, as: UTF8.self)
        let objects = S3Answer.elements("Contents", in: text).compactMap(object)
        let isMore = S3Answer.element("IsTruncated", in: text) == "true"
        return ObjectPage(objects, next: isMore ? S3Answer.element("NextContinuationToken", in: text) : nil)
    }

    func delete(_ name: String) throws(StorageFault) {
        let answer = try transport.send("DELETE \(name)") { () throws(StorageFault) in request("DELETE", name) }
        guard answer.isSuccess || answer.status == 404 && S3Answer.code(of: answer) != "NoSuchBucket" else {
            throw fault("DELETE \(name)", answer)
        }
    }

    func permission(_ request: UploadRequest) -> UploadPermission {
        let urls = (1...request.plan.count).map { number in
            // The length and the type are part of the signature, so another file is refused.
            let headers = [
                ("content-length", "\(request.plan.size(of: number))"), ("content-type", request.contentType),
            ]
            return signer.presigned(
                AWSSigner.Request("PUT", origin: origin, path: path(request.part(number)), headers: headers),
                at: request.now, lifetime: request.lifetime)
        }
        return UploadPermission(urls: urls, headers: ["Content-Type": request.contentType])
    }

    func sources(of name: String, now: Date, lifetime: Int) -> [MediaSource] {
        let request = AWSSigner.Request("GET", origin: origin, path: path(name))
        return [MediaSource(url: signer.presigned(request, at: now, lifetime: lifetime))]
    }

    func openAddresses(of name: String) -> [String] {
        [AWSSigner.Request("GET", origin: origin, path: path(name)).url] + (publicURL.map { [$0 + "/" + name] } ?? [])
    }

    private func request(
        _ method: String, _ name: String, query: [(String, String)] = [], headers: [(String, String)] = [],
        payload: String? = nil, stream: FilePiece? = nil
    ) -> OutgoingRequest {
        let signed = AWSSigner.Request(
            method, origin: origin, path: name.isEmpty ? (base.isEmpty ? "/" : base) : path(name),
            query: query.map { (name: $0.0, value: $0.1) }, headers: headers.map { (name: $0.0, value: $0.1) })
        return OutgoingRequest(
            method: method, url: signed.url,
            headers: signer.headers(for: signed, payload: payload ?? Self.nothing, at: Date()), stream: stream)
    }

    /// The SHA-256 of no bytes.
    private static let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    private func path(_ name: String) -> String { base + "/" + name }

    private func object(_ text: Substring) -> StoredObject? {
        guard let key = S3Answer.element("Key", in: text), let name = Text.percentDecode(key, plusIsSpace: true),
            let size = S3Answer.element("Size", in: text).flatMap({ Int($0) })
        else { return nil }
        let modified = S3Answer.element("LastModified", in: text).flatMap { Date(rfc3339: $0) }
        return StoredObject(name: name, size: size, modified: modified ?? Date())
    }

    private func fault(_ what: String, _ answer: IncomingResponse) -> StorageFault {
        transport.fault(what, answer, code: S3Answer.code(of: answer))
    }
}

/// Reads the few elements of S3's XML that matter. Its servers write them without attributes.
enum S3Answer {
    /// What is between the first pair of tags of this name.
    static func element(_ name: String, in text: some StringProtocol) -> String? {
        elements(name, in: text).first.map { unescaped($0) }
    }

    /// What is between each pair of tags of this name.
    static func elements(_ name: String, in text: some StringProtocol) -> [Substring] {
        var found: [Substring] = []
        var rest = Substring(text)
        while let open = rest.firstRange(of: "<\(name)>"),
            let close = rest[open.upperBound...].firstRange(of: "</\(name)>")
        {
            found.append(rest[open.upperBound..<close.lowerBound])
            rest = rest[close.upperBound...]
        }
        return found
    }

    /// The name of an error, `NoSuchKey` for example; empty when the answer has none.
    static func code(of answer: IncomingResponse) -> String {
        element("Code", in: String(decoding: answer.body.prefix(4_096), as: UTF8.self)) ?? ""
    }

    private static func unescaped(_ text: Substring) -> String {
        var result = String(text)
        for (entity, character) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&apos;", "'"), ("&#39;", "'"),
            ("&amp;", "&"),
        ] where result.contains("&") { result.replace(entity, with: character) }
        return result
    }
}

/// What is said of an object when it is stored.
enum MediaType {
    /// The media type by the ending of a name.
    static func of(_ name: String) -> String {
        switch name.split(separator: ".").last {
        case "mp4": "video/mp4"
        case "m4s": "video/iso.segment"
        case "webm": "video/webm"
        case "mov": "video/quicktime"
        case "webp": "image/webp"
        case "jpg": "image/jpeg"
        case "vtt": "text/vtt"
        case "m3u8": "application/vnd.apple.mpegurl"
        default: "application/octet-stream"
        }
    }

    /// Published names never get other bytes.
    static func caching(of name: String) -> String {
        name.hasPrefix("clips/") || name.hasPrefix("films/")
            ? "public, max-age=31536000, immutable" : "private, no-store"
    }
}
