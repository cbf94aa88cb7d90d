import FoundationEssentials
import Testing
import Text

@Suite("Ids as text")
struct UUIDTextTests {
    @Test("an id is written in lower case, and read in either")
    func roundTrip() {
        for _ in 0..<100 {
            let id = UUID()
            #expect(id.text == id.uuidString.lowercased())
            #expect(UUID(text: id.text) == id && UUID(text: id.uuidString) == id)
        }
        #expect(UUID(text: "00000000-0000-0000-0000-000000000000")?.text == "00000000-0000-0000-0000-000000000000")
    }

    @Test(
        "SEC-05 nothing else is an id",
        arguments: [
            "", "0a1b2c3d-0000-4000-8000-00000000abc", "0a1b2c3d-0000-4000-8000-00000000abcde",
            "0a1b2c3d00004000800000000000abcd0000", "0a1b2c3-d0000-4000-8000-00000000abcd",
            "{a1b2c3d-0000-4000-8000-00000000abc}", "+a1b2c3d-0000-4000-8000-00000000abcd",
            "0a1b2c3d-0000-4000-8000-0000000 abcd", "0x1b2c3d-0000-4000-8000-00000000abcd",
            "0a1b2c3d-0000-4000-8000-00000000abcg", "0a1b2c3d_0000_4000_8000_00000000abcd",
            "0a1b2c3d-0000-4000-8000-00000000abé", "0a1b2c3d-0000-4000-8000-00000000abcd\u{301}",
        ])
    func refuses(_ text: String) {
        #expect(UUID(text: text) == nil)
    }
}
