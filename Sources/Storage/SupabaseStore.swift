internal import FoundationEssentials
internal import HTTPClient
internal import Text

/// A bucket of Supabase Storage, by its own API and the service role's key. The bucket must be private.
struct SupabaseStore: ObjectStore {
    let kind = StorageKind.supabase
    let partBytes: Int? = UploadPlan.partBytes
    private let base: String
    private let key: String
    private let bucket: String
    private let transport: ObjectTransport

    /// A bucket of the project at `url`, such as `https://abc.supabase.co`.
    init(url: String, key: String, bucket: String, stall: Duration) {
        base = url + "/storage/v1"
        self.key = key
        self.bucket = bucket
        transport = ObjectTransport(.supabase, stall: stall)
    }

    func put(_ piece: FilePiece, as name: String) throws(StorageFault) {
        let headers = [
            ("content-type", MediaType.of(name)), ("cache-control", MediaType.caching(of: name)), ("x-upsert", "true"),
        ]
        _ = try send("POST \(name)") { () throws(StorageFault) in
            request("POST", "/object/" + path(name), headers: headers, stream: piece)
        }
    }

    func get(_ name: String, into sink: any ObjectSink) throws(StorageFault) {
        _ = try send("GET \(name)", into: sink) { () throws(StorageFault) in
            request("GET", "/object/authenticated/" + path(name))
        }
    }

    /// The API lists one folder at a time, and by position. The cursor names the folder that is listed next; removing objects
    /// of a folder that was listed moves none of those that follow.
    func list(_ prefix: String, after cursor: String?) throws(StorageFault) -> ObjectPage {
        var objects: [StoredObject] = []
        // Databases sort letters in other ways than this program.
        for entry in try folder(prefix).sorted(by: { $0.name < $1.name }) where cursor.map({ entry.name >= $0 }) ?? true
        {
            if objects.count >= Self.pageLength { return ObjectPage(objects, next: entry.name) }
            guard entry.isFolder else {
                objects.append(entry.object(prefix))
                continue
            }
            let inner = prefix + entry.name + "/"
            objects += try folder(inner).filter { !$0.isFolder }.map { $0.object(inner) }
        }
        return ObjectPage(objects, next: nil)
    }

    private static let pageLength = 1_000

    func delete(_ name: String) throws(StorageFault) {
        do throws(StorageFault) {
            _ = try send("DELETE \(name)") { () throws(StorageFault) in request("DELETE", "/object/" + path(name)) }
        } catch {
            guard case .missing = error else { throw error }
        }
    }

    /// Its server signs; the lifetime is a setting of that server.
    func permission(_ upload: UploadRequest) throws(StorageFault) -> UploadPermission {
        var urls: [String] = []
        for number in 1...upload.plan.count {
            let name = upload.part(number)
            let answer = try send("SIGN \(name)") { () throws(StorageFault) in
                // A part that is sent again replaces the one that was sent before.
                request(
                    "POST", "/object/upload/sign/" + path(name),
                    headers: [("content-type", "application/json"), ("x-upsert", "true")], body: Array("{}".utf8))
            }
            guard let signed = try? JSONDecoder().decode(Signed.self, from: Data(answer.body)) else {
                throw .failed("\(kind.title): SIGN \(name): the answer has no address")
            }
            urls.append(base + signed.url)
        }
        return UploadPermission(
            urls: urls, headers: ["Content-Type": upload.contentType, "Cache-Control": "max-age=0"])
    }

    func sources(of name: String, now: Date, lifetime: Int) -> [MediaSource] {
        [MediaSource(url: base + "/object/authenticated/" + path(name), authorization: "Bearer " + key)]
    }

    func openAddresses(of name: String) -> [String] { [base + "/object/public/" + path(name)] }

    private struct Signed: Decodable {
        let url: String
    }

    private struct Entry: Decodable {
        struct Metadata: Decodable {
            let size: Int?
        }

        let name: String
        let id: String?
        let updatedAt: String?
        let metadata: Metadata?

        private enum CodingKeys: String, CodingKey {
            case name
            case id
            case updatedAt = "updated_at"
            case metadata
        }

        var isFolder: Bool { id == nil }

        func object(_ prefix: String) -> StoredObject {
            StoredObject(
                name: prefix + name, size: metadata?.size ?? 0,
                modified: updatedAt.flatMap { Date(rfc3339: $0) } ?? Date())
        }
    }

    /// Everything in one folder, sorted by name.
    private func folder(_ prefix: String) throws(StorageFault) -> [Entry] {
        var found: [Entry] = []
        while true {
            let body =
                "{\"prefix\":\"\(prefix.dropLast())\",\"limit\":\(Self.pageLength),\"offset\":\(found.count),"
                + "\"sortBy\":{\"column\":\"name\",\"order\":\"asc\"}}"
            let answer = try send("LIST \(prefix)") { () throws(StorageFault) in
                var list = request(
                    "POST", "/object/list/" + Text.percentEncode(bucket),
                    headers: [("content-type", "application/json")],
                    body: Array(body.utf8))
                list.responseLimit = 8 << 20
                return list
            }
            guard let page = try? JSONDecoder().decode([Entry].self, from: Data(answer.body)) else {
                throw .failed("\(kind.title): LIST \(prefix): \(ObjectTransport.words(of: answer))")
            }
            found += page
            // Dashboards leave this file in folders that would be empty.
            if page.count < Self.pageLength { return found.filter { $0.name != ".emptyFolderPlaceholder" } }
        }
    }

    private func request(
        _ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8] = [], stream: FilePiece? = nil
    ) -> OutgoingRequest {
        OutgoingRequest(
            method: method, url: base + path,
            headers: [("Authorization", "Bearer " + key), ("apikey", key)] + headers.map { (name: $0.0, value: $0.1) },
            body: body, stream: stream)
    }

    private func path(_ name: String) -> String {
        ([bucket] + name.split(separator: "/").map(String.init)).map { Text.percentEncode($0) }.joined(separator: "/")
    }

    private struct Problem: Decodable {
        let statusCode: String?
        let code: String?
        let error: String?
    }

    /// The status of the answer is 400 for nearly every fault; the real one is in its body.
    private func send(
        _ what: String, into sink: (any ObjectSink)? = nil, _ make: () throws(StorageFault) -> OutgoingRequest
    ) throws(StorageFault) -> IncomingResponse {
        let answer = try transport.send(what, into: sink, make)
        if answer.isSuccess { return answer }
        let problem = try? JSONDecoder().decode(Problem.self, from: Data(answer.body))
        let status = problem?.statusCode.flatMap { Int($0) } ?? answer.status
        let text = "\(kind.title): \(what): \(status) \(problem?.code ?? ObjectTransport.words(of: answer))"
        switch (problem?.code ?? problem?.error ?? "", status) {
        case ("NoSuchBucket", _), ("Bucket not found", _): throw .denied(text)
        case ("InvalidJWT", _), ("AccessDenied", _), (_, 401), (_, 403): throw .denied(text)
        case (_, 404): throw .missing(text)
        case (_, 413): throw .failed(text + ": the bucket or project limits the size of a file")
        case (_, 429), (_, 500...599): throw .unavailable(text)
        default: throw .failed(text)
        }
    }
}
