import FoundationEssentials
import Storage
import TestSupport
import Testing

@Suite("Signatures of S3")
struct AWSSignerTests {
    /// A line of the table that Tests/Peers/presigned.py makes with Amazon's own library.
    private struct Line: Decodable {
        let method: String
        let origin: String
        let path: String
        let region: String
        let headers: [String: String]
        let query: [String: String]
        let token: String?
        let lifetime: Int
        let presigned: String
        let authorization: String

        var request: AWSSigner.Request {
            AWSSigner.Request(
                method, origin: origin, path: path, query: query.map { (name: $0.key, value: $0.value) },
                headers: headers.map { (name: $0.key, value: $0.value) })
        }

        var signer: AWSSigner {
            AWSSigner(
                accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                region: region,
                sessionToken: token)
        }
    }

    private static let moment = Date(timeIntervalSince1970: 1_767_323_045)

    private static func table() throws -> [Line] {
        let data = try Data(contentsOf: URL(filePath: Repository.root + "/Tests/Peers/presigned.json"))
        return try JSONDecoder().decode([Line].self, from: data)
    }

    /// The address and its parameters in any order.
    private func parts(_ url: String) -> [String] {
        let halves = url.split(separator: "?", maxSplits: 1)
        return [String(halves[0])] + (halves.last?.split(separator: "&").map(String.init).sorted() ?? [])
    }

    @Test("CLIP-08 addresses are signed as Amazon's own library signs them, for odd keys too")
    func presigned() throws {
        let table = try Self.table()
        #expect(table.count > 15)
        for line in table {
            let url = line.signer.presigned(line.request, at: Self.moment, lifetime: line.lifetime)
            #expect(parts(url) == parts(line.presigned), "\(line.path)")
        }
    }

    @Test("CLIP-08 requests of our own are signed as Amazon's own library signs them")
    func headers() throws {
        for line in try Self.table() {
            let payload = String(repeating: "ab", count: 32)
            let headers = line.signer.headers(for: line.request, payload: payload, at: Self.moment)
            #expect(headers.last?.value == line.authorization, "\(line.path)")
        }
    }

    @Test("CLIP-08 the example of Amazon's documentation")
    func example() {
        let signer = AWSSigner(
            accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            region: "us-east-1")
        let request = AWSSigner.Request("GET", origin: "https://examplebucket.s3.amazonaws.com", path: "/test.txt")
        let moment = Date(timeIntervalSince1970: 1_369_353_600)
        #expect(
            signer.presigned(request, at: moment, lifetime: 86_400).hasSuffix(
                "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"))
        #expect(signer.presigned(request, at: moment, lifetime: 1_000_000).contains("X-Amz-Expires=604800&"))
    }
}
