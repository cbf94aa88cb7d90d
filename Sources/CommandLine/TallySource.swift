internal import Crypto
internal import Film
internal import FoundationEssentials
internal import HTTP
internal import HTTPClient
internal import Tally
internal import Text

/// Reads exports, wherever they are.
enum TallySource {
    /// The documents of a file.
    static func read(_ file: String) throws -> [TallyEntry] {
        let data = try Data(contentsOf: URL(filePath: file))
        return try entries(Array(data), from: file)
    }

    /// A document as the database holds it.
    static func entry(_ record: TallyRecord) throws -> TallyEntry {
        try entry(
            try JSONValue(parsing: Array(record.document.utf8)), hash: record.hash, from: "document \(record.number)")
    }

    /// The documents of every closed slot of a season, as a site hands them out.
    static func fetch(season: String, from url: String) throws -> [TallyEntry] {
        let client = HTTPClient()
        let base = url.hasSuffix("/") ? String(url.dropLast()) : url
        func get(_ path: String) throws -> IncomingResponse {
            var request = OutgoingRequest(method: "GET", url: base + path)
            request.timeout = .seconds(120)
            request.responseLimit = 512 * 1_048_576
            return try client.send(request)
        }
        var entries: [TallyEntry] = []
        var total = 1
        var slot = 1
        while slot <= total {
            let path = "/api/rounds/\(season)/\(slot)"
            let head = try get(path)
            guard head.isSuccess, let value = try? JSONValue(parsing: head.body),
                let slots = value["season"]?["totalSlots"]?.integer
            else { throw Failure("\(base)\(path) answered \(head.status)") }
            total = min(slots, 500)
            if value["status"]?.text == "locked" {
                let export = try get(path + "/export")
                guard export.isSuccess else { throw Failure("\(base)\(path)/export answered \(export.status)") }
                entries += try self.entries(export.body, from: path)
            }
            slot += 1
        }
        return entries
    }

    private static func entries(_ bytes: [UInt8], from place: String) throws -> [TallyEntry] {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw Failure("\(place) is not JSON: \(error)")
        }
        guard case .array(let documents)? = value["documents"], !documents.isEmpty else {
            throw Failure("\(place) is not an export")
        }
        return try documents.map { item in
            guard let document = item["document"], let hash = item["hash"]?.text else {
                throw Failure("\(place) is not an export")
            }
            return try entry(document, hash: hash, from: place)
        }
    }

    private static func entry(_ document: JSONValue, hash: String, from place: String) throws -> TallyEntry {
        do {
            return TallyEntry(
                document: try document.decode(TallyDocument.self),
                computedHash: Text.hex(SHA256.hash(document.bytes)), statedHash: hash)
        } catch {
            throw Failure("\(place) cannot be read: \(error)")
        }
    }
}
