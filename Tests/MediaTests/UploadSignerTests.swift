import Crypto
import FoundationEssentials
import Storage
import Testing

@Suite("CLIP-03 upload signatures")
struct UploadSignerTests {
    let signer = UploadSigner(secret: SecretKey([UInt8](repeating: 7, count: 32)))
    let upload = UUID()
    let now = Date(timeIntervalSince1970: 1_800_000_000)

    func url(_ part: Int = 1, size: Int = 1_000) -> String {
        signer.url(for: part, of: upload, size: size, contentType: "video/mp4", expires: now.addingTimeInterval(600))
    }

    func refusal(
        method: String = "PUT", uri: String, length: String = "1000", type: String = "video/mp4", after: Double = 0
    ) -> UploadSigner.Refusal? {
        do {
            _ = try signer.verify(
                method: method, uri: uri, length: length, contentType: type, now: now.addingTimeInterval(after))
            return nil
        } catch {
            return error
        }
    }

    @Test("CLIP-03 exactly what was signed is allowed")
    func allowed() throws {
        let part = try signer.verify(method: "PUT", uri: url(3), length: "1000", contentType: "video/mp4", now: now)
        #expect(part == UploadSigner.Part(upload: upload, number: 3))
    }

    @Test("CLIP-03 another method, size, type, path or time is refused")
    func others() {
        #expect(refusal(method: "POST", uri: url()) == .method)
        #expect(refusal(method: "put", uri: url()) == .method)
        #expect(refusal(uri: url(), length: "1001") == .signature)
        #expect(refusal(uri: url(), length: "") == .length)
        #expect(refusal(uri: url(), length: "01000") == .length)
        #expect(refusal(uri: url(), length: "-1") == .length)
        #expect(refusal(uri: url(), type: "text/html") == .signature)
        #expect(refusal(uri: url(), after: 600) == .expired)
        #expect(refusal(uri: url(), after: 599) == nil)
        let other = url().replacing("/1?", with: "/2?")
        #expect(refusal(uri: other) == .signature)
        let stranger = url().replacing(upload.uuidString.lowercased(), with: UUID().uuidString.lowercased())
        #expect(refusal(uri: stranger) == .signature)
    }

    @Test("CLIP-03 other spellings of the same path are refused")
    func spellings() {
        let path = "/media/upload/\(upload.uuidString.lowercased())/1"
        let query = url().split(separator: "?").last ?? ""
        for spelling in [
            path.uppercased(), path.replacing("/1", with: "/01"), path.replacing("/1", with: "//1"), path + "/",
            path.replacing("/1", with: "/%31"), path.replacing("/1", with: "/../x/1"), path + "/../2", "/media" + path,
        ] {
            #expect(refusal(uri: "\(spelling)?\(query)") == .path, "\(spelling)")
        }
        #expect(refusal(uri: path) == .path)
    }

    @Test("CLIP-03 an altered, cut or longer signature or time is refused")
    func altered() {
        let good = url()
        #expect(refusal(uri: good + "A") == .signature)
        #expect(refusal(uri: String(good.dropLast())) == .signature)
        #expect(refusal(uri: good + "&expires=9999999999") == .signature)
        let later = good.replacing("expires=1800000600", with: "expires=1800009999")
        #expect(later != good)
        #expect(refusal(uri: later) == .signature)
        let another = UploadSigner(secret: SecretKey([UInt8](repeating: 8, count: 32)))
        let forged = another.url(
            for: 1, of: upload, size: 1_000, contentType: "video/mp4", expires: now.addingTimeInterval(600))
        #expect(refusal(uri: forged) == .signature)
    }

    @Test("CLIP-01 a file is cut into parts of 4 MiB, the last being the rest")
    func plan() {
        let plan = UploadPlan(size: 10_000_000)
        #expect(plan.count == 3)
        #expect((1...3).map(plan.size(of:)).reduce(0, +) == 10_000_000)
        #expect(plan.size(of: 1) == 4_194_304 && plan.size(of: 3) == 1_611_392)
        #expect(UploadPlan(size: 4_194_304).count == 1 && UploadPlan(size: 4_194_305).count == 2)
        #expect(UploadPlan(size: 52_428_800).count == 13)
        #expect(plan.missing(from: [1: 4_194_304, 2: 12]) == [2, 3])
        #expect(plan.arrived(in: [1: 4_194_304, 2: 12, 9: 3]) == [1])
    }

    @Test("CLIP-01 file names are text, not paths")
    func names() {
        #expect(FileName.sanitised("C:\\Users\\me\\clip.mp4") == "clip.mp4")
        #expect(FileName.sanitised("../../etc/passwd") == "passwd")
        #expect(FileName.sanitised("a\u{202E}4pm.exe\u{0}\n b") == "a4pm.exe b")
        #expect(FileName.sanitised("...") == "clip" && FileName.sanitised("") == "clip")
        #expect(FileName.sanitised(String(repeating: "ä", count: 500)).count == 120)
    }
}
