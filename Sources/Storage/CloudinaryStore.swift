internal import Crypto
internal import FoundationEssentials
internal import HTTPClient
internal import Platform
internal import Text

/// An environment of Cloudinary. Objects are raw files of the type `authenticated`, so that their bytes stay as they are and
/// no address without a signature reaches them.
struct CloudinaryStore: ObjectStore {
    let kind = StorageKind.cloudinary
    /// Its signature names one file.
    let partBytes: Int? = nil
    private let api: String
    private let delivery: String
    private let key: String
    private let secret: String
    private let transport: ObjectTransport

    /// Files above this are sent in pieces, as its own libraries do.
    private static let chunk = 20_000_000

    /// An environment. `apiURL` and `deliveryURL` are without the name of the cloud.
    init(
        cloud: String, key: String, secret: String, apiURL: String, deliveryURL: String, stall: Duration
    ) {
        api = apiURL + "/v1_1/" + Text.percentEncode(cloud)
        delivery = deliveryURL + "/" + Text.percentEncode(cloud)
        self.key = key
        self.secret = secret
        transport = ObjectTransport(.cloudinary, stall: stall)
    }

    func put(_ piece: FilePiece, as name: String) throws(StorageFault) {
        let upload = Text.hex(SecureRandom.bytes(12))
        var offset = 0
        repeat {
            let part = FilePiece(
                piece.path, offset: piece.offset + offset, count: min(Self.chunk, piece.count - offset))
            let range = "bytes \(offset)-\(offset + part.count - 1)/\(piece.count)"
            let isWhole = part.count == piece.count
            _ = try send("POST \(name)") { () throws(StorageFault) in
                form("/raw/upload", fields(for: name, at: Date()), part)
                    .adding(isWhole ? [] : [("X-Unique-Upload-Id", upload), ("Content-Range", range)])
            }
            offset += part.count
        } while offset < piece.count
    }

    func get(_ name: String, into sink: any ObjectSink) throws(StorageFault) {
        _ = try send("GET \(name)", into: sink) { () throws(StorageFault) in
            let now = Date()
            return OutgoingRequest(
                url: api + "/raw/download?"
                    + query(
                        signed([
                            ("expires_at", "\(Self.seconds(now) + 3_600)"), ("public_id", name),
                            ("timestamp", "\(Self.seconds(now))"), ("type", "authenticated"),
                        ])))
        }
    }

    func list(_ prefix: String, after cursor: String?) throws(StorageFault) -> ObjectPage {
        var fields = [("max_results", "500"), ("prefix", prefix)]
        if let cursor { fields.append(("next_cursor", cursor)) }
        let credentials = Data("\(key):\(secret)".utf8).base64EncodedString()
        let answer = try send("LIST \(prefix)") { () throws(StorageFault) in
            OutgoingRequest(
                url: api + "/resources/raw/authenticated?" + query(fields),
                headers: [("Authorization", "Basic " + credentials)], responseLimit: 8 << 20)
        }
        guard let page = try? JSONDecoder().decode(Page.self, from: Data(answer.body)) else {
            throw .failed("\(kind.title): LIST \(prefix): \(ObjectTransport.words(of: answer))")
        }
        let objects = page.resources.map { resource in
            StoredObject(
                name: resource.publicID, size: resource.bytes,
                modified: Date(rfc3339: resource.createdAt) ?? Date())
        }
        return ObjectPage(objects, next: page.nextCursor)
    }

    func delete(_ name: String) throws(StorageFault) {
        // It answers "not found" with success for what does not exist.
        _ = try send("DELETE \(name)") { () throws(StorageFault) in
            let fields = signed([
                ("invalidate", "true"), ("public_id", name), ("timestamp", "\(Self.seconds(Date()))"),
                ("type", "authenticated"),
            ])
            return OutgoingRequest(
                method: "POST", url: api + "/raw/destroy",
                headers: [("content-type", "application/x-www-form-urlencoded")], body: Array(query(fields).utf8))
        }
    }

    func permission(_ request: UploadRequest) throws(StorageFault) -> UploadPermission {
        guard request.plan.count == 1 else {
            throw .failed("\(kind.title): an upload that began in parts cannot continue here")
        }
        // A signature is good for an hour, and for any bytes; what arrives is measured before it is registered.
        let fields = fields(for: request.part(1), at: request.now)
        return UploadPermission(
            method: "POST", urls: [api + "/raw/upload"],
            fields: Dictionary(fields, uniquingKeysWith: { first, _ in first }))
    }

    /// Its signature does not expire, so it never leaves this machine: nginx reads with it.
    func sources(of name: String, now: Date, lifetime: Int) -> [MediaSource] {
        let path = name.split(separator: "/").map { Text.percentEncode($0) }.joined(separator: "/")
        let signature = Data(SHA256.hash(path + secret)).base64EncodedString().prefix(32)
            .map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }
        return [MediaSource(url: "\(delivery)/raw/authenticated/s--\(String(signature))--/v1/\(path)")]
    }

    func openAddresses(of name: String) -> [String] {
        ["\(delivery)/raw/authenticated/v1/\(name)", "\(delivery)/raw/upload/v1/\(name)"]
    }

    private struct Page: Decodable {
        struct Resource: Decodable {
            let publicID: String
            let bytes: Int
            let createdAt: String

            private enum CodingKeys: String, CodingKey {
                case publicID = "public_id"
                case bytes
                case createdAt = "created_at"
            }
        }

        let resources: [Resource]
        let nextCursor: String?

        private enum CodingKeys: String, CodingKey {
            case resources
            case nextCursor = "next_cursor"
        }
    }

    private struct Problem: Decodable {
        struct Message: Decodable {
            let message: String
        }

        let error: Message
    }

    /// The signed fields of a form that stores an object.
    private func fields(for name: String, at now: Date) -> [(String, String)] {
        signed([
            ("overwrite", "true"), ("public_id", name), ("timestamp", "\(Self.seconds(now))"),
            ("type", "authenticated"),
        ])
    }

    /// Fields with their signature: version 2, SHA-256.
    func signed(_ fields: [(String, String)]) -> [(String, String)] {
        let text = fields.map {
            "\($0.0)=\($0.1)".split(separator: "&", omittingEmptySubsequences: false).joined(separator: "%26")
        }
        .sorted().joined(separator: "&")
        return fields + [("api_key", key), ("signature", Text.hex(SHA256.hash(text + secret)))]
    }

    private func query(_ fields: [(String, String)]) -> String {
        fields.map { "\(Text.percentEncode($0.0))=\(Text.percentEncode($0.1))" }.joined(separator: "&")
    }

    /// A form as a browser sends it, with the piece as its last field.
    private func form(_ path: String, _ fields: [(String, String)], _ piece: FilePiece) -> OutgoingRequest {
        let boundary = "dailies-" + Text.hex(SecureRandom.bytes(12))
        var head = fields.map { name, value in
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }.joined()
        head += "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n"
        head += "Content-Type: application/octet-stream\r\n\r\n"
        return OutgoingRequest(
            method: "POST", url: api + path, headers: [("content-type", "multipart/form-data; boundary=\(boundary)")],
            stream: FramedPiece(head: Array(head.utf8), piece: piece, tail: Array("\r\n--\(boundary)--\r\n".utf8)))
    }

    private func send(
        _ what: String, into sink: (any ObjectSink)? = nil, _ make: () throws(StorageFault) -> OutgoingRequest
    ) throws(StorageFault) -> IncomingResponse {
        let answer = try transport.send(what, into: sink, make)
        if answer.isSuccess { return answer }
        let message = (try? JSONDecoder().decode(Problem.self, from: Data(answer.body)))?.error.message
        let text = "\(kind.title): \(what): \(answer.status) \(message ?? ObjectTransport.words(of: answer))"
        switch answer.status {
        case 401, 403: throw .denied(text)
        case 404: throw .missing(text)
        default: throw .failed(text)
        }
    }

    private static func seconds(_ date: Date) -> Int { Int(date.timeIntervalSince1970) }
}

extension OutgoingRequest {
    fileprivate func adding(_ more: [(name: String, value: String)]) -> OutgoingRequest {
        var request = self
        request.headers += more
        return request
    }
}
