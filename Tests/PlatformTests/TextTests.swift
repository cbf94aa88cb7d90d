import FoundationEssentials
import Testing
import Text

@Suite("Text and times")
struct TextTests {
    @Test("percent-encoding is undone strictly")
    func percentDecoding() {
        #expect(Text.percentDecode("a%20b%C3%BC") == "a bü")
        #expect(Text.percentDecode("a+b") == "a+b")
        #expect(Text.percentDecode("a+b", plusIsSpace: true) == "a b")
        for broken in ["%", "%2", "%zz", "%ff", "%C3"] { #expect(Text.percentDecode(broken) == nil) }
        #expect(Text.percentEncode("a b/ü~") == "a%20b%2F%C3%BC~")
    }

    @Test("text is escaped for HTML content and attributes")
    func htmlEscaping() {
        #expect(Text.htmlEscape("<a href=\"x\">'&'</a>") == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;")
    }

    @Test("hexadecimal and base64url come back as they went")
    func binaryRoundTrips() {
        for length in 0..<70 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255) }
            #expect(Text.bytes(hex: Text.hex(bytes)) == bytes)
            #expect(Text.bytes(base64url: Text.base64url(bytes)) == bytes)
        }
        #expect(Text.base64url([0xfb, 0xff]) == "-_8")
        #expect(Text.bytes(hex: "0g") == nil)
        #expect(Text.bytes(hex: "abc") == nil)
    }

    @Test("sixteen bytes in place have one text, in small hexadecimal digits")
    func identifiers() {
        let text = "0102030405060708090a0b0c0d0e0f10"
        #expect(Identifier128(1...16).hex == text)
        #expect(Identifier128(hex: text) == Identifier128(1...16))
        for wrong in [text.uppercased(), String(text.dropLast(2)), text + "11", ""] {
            #expect(Identifier128(hex: wrong) == nil)
        }
    }

    @Test("base64url has one text for one value")
    func base64urlIsCanonical() {
        for text in ["A", "AB", "-_9", "AA==", "A A", "ü", "AAAAA"] { #expect(Text.bytes(base64url: text) == nil) }
    }

    @Test("white space is trimmed at the ends only")
    func trimming() {
        #expect(" \t a b \r\n".trimmed == "a b")
        #expect(" \n ".trimmed == "")
    }

    @Test(
        "times are written and read as RFC 3339 with milliseconds",
        arguments: [
            "1970-01-01T00:00:00.000Z", "2026-11-20T18:15:00.123Z", "2024-02-29T23:59:59.999Z",
            "2000-02-29T12:00:00.001Z", "1900-03-01T00:00:00.500Z", "1969-12-31T23:59:59.999Z",
            "2100-12-31T00:00:00.000Z",
        ])
    func rfc3339(text: String) throws {
        #expect(try #require(Date(rfc3339: text)).rfc3339 == text)
    }

    @Test("every millisecond survives")
    func milliseconds() throws {
        for millisecond in 0..<1_000 {
            let date = Date(timeIntervalSince1970: 1_795_198_500 + Double(millisecond) / 1_000)
            #expect(try #require(Date(rfc3339: date.rfc3339)).rfc3339 == date.rfc3339)
            #expect(
                date.rfc3339.hasSuffix(
                    "." + String(repeating: "0", count: 3 - "\(millisecond)".count) + "\(millisecond)Z"))
        }
    }

    @Test("offsets and fractions are understood")
    func offsets() {
        #expect(Date(rfc3339: "2026-01-02T03:04:05+02:00") == Date(rfc3339: "2026-01-02T01:04:05Z"))
        #expect(Date(rfc3339: "2026-01-02T03:04:05.123456-00:30")?.rfc3339 == "2026-01-02T03:34:05.123Z")
    }

    @Test(
        "what is not a time is refused",
        arguments: [
            "", "2026-01-02", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-32T00:00:00Z",
            "2026-01-02T24:00:00Z", "2026-01-02T00:00:00", "2026-01-02T00:00:00.Z", "2026-01-02T00:00:00Zx",
            "2026-01-02T00:00:00+25:00", "20a6-01-02T00:00:00Z",
        ])
    func notATime(text: String) {
        #expect(Date(rfc3339: text) == nil)
    }

    @Test("times are written for HTTP headers")
    func rfc1123() {
        #expect(Date(timeIntervalSince1970: 784_111_777).rfc1123 == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(Date(timeIntervalSince1970: 0).rfc1123 == "Thu, 01 Jan 1970 00:00:00 GMT")
        for seconds in stride(from: 0.0, to: 4_102_444_800, by: 86_400 * 17.5) {
            let date = Date(timeIntervalSince1970: seconds)
            #expect(Date(rfc1123: date.rfc1123) == date)
        }
        for text in [
            "", "soon", "120", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 1994 08:49:37 GMT", "06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT x",
        ] {
            #expect(Date(rfc1123: text) == nil, "\(text)")
        }
    }

    @Test("numbers are written as digits", arguments: [0, 1, 9, 10, 99, 100, 1_234_567_890, -1, -10, .max, .min])
    func decimals(_ number: Int) {
        var bytes = Array("x".utf8)
        bytes.append(decimal: number)
        bytes.append("é\n")
        #expect(String(decoding: bytes, as: UTF8.self) == "x\(number)é\n")
    }

    @Test(
        "years that four digits do not hold are written all the same",
        arguments: [
            (-62_200_000_000, "00-2-12-17T14:13:20.000Z"), (253_402_300_800, "10000-01-01T00:00:00.000Z"),
        ] as [(Double, String)])
    func distantYears(_ seconds: Double, _ text: String) {
        #expect(Date(timeIntervalSince1970: seconds).rfc3339 == text)
    }
}
