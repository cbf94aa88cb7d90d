import Testing

@testable import PagesHandlers

@Suite("Pictures made from blur hashes")
struct BlurPictureTests {
    /// The example of https://blurha.sh; the values are another program's, which decodes by the formula given there.
    @Test("WEB-02 the pixels are those of the hash")
    func pixels() throws {
        let picture = try #require(BlurPicture(blurhash: "LEHV6nWB2yk8pyo0adR*.7kCMdnj"))
        #expect(picture.pixels.count == 3 * 5 * 3)
        #expect(picture.pixels.prefix(6) == [147, 167, 176, 179, 176, 168])
        #expect(picture.pixels.suffix(6) == [177, 154, 123, 147, 146, 142])
        // A hash of one term is a plain picture of its mean colour.
        let plain = try #require(BlurPicture(blurhash: "00H22t"))
        #expect(Set(stride(from: 0, to: 45, by: 3).map { Array(plain.pixels[$0..<$0 + 3]) }).count == 1)
        #expect(plain.dataURL.hasPrefix("data:image/gif;base64,R0lGODlhAwAF"))
        #expect(picture.dataURL.utf8.count < 150)
    }

    @Test(
        "WEB-02 what is no hash has no picture",
        arguments: ["", "LEHV6", "LEHV6nWB2yk8pyo0adR*.7kCMdn", "0ü0000", "00~~~~"])
    func noPicture(text: String) {
        #expect(BlurPicture(blurhash: text) == nil)
    }
}
