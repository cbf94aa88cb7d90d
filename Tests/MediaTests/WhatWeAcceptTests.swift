import FoundationEssentials
import Platform
import Testing

@Suite("CLIP-02 the documentation of accepted files")
struct WhatWeAcceptTests {
    private static let path = #filePath.replacing(
        "Tests/MediaTests/WhatWeAcceptTests.swift", with: "docs/what-we-accept.md")

    private static var recipes: String {
        Recipe.Group.allCases.map { group in
            "### \(group.rawValue)\n\n"
                + Recipe.all.filter { $0.group == group }.map { "- \($0.says)\n" }.joined()
        }.joined(separator: "\n")
    }

    @Test("CLIP-02 docs/what-we-accept.md lists the files that are tested")
    func listed() throws {
        let text = String(decoding: try Files.read(Self.path, count: 1 << 20), as: UTF8.self)
        let begin = try #require(text.firstRange(of: "--filter WhatWeAcceptTests -->\n")).upperBound
        let end = try #require(text.firstRange(of: "<!-- end of recipes -->")).lowerBound
        if ProcessInfo.processInfo.environment["DAILIES_WRITE"] == "1" {
            let written = text[..<begin] + "\n" + Self.recipes + "\n" + text[end...]
            try Files.write(Array(String(written).utf8), to: Self.path)
            return
        }
        #expect(String(text[begin..<end]) == "\n" + Self.recipes + "\n")
        #expect(Recipe.all.count >= 60 && Set(Recipe.all.map(\.says)).count == Recipe.all.count)
    }
}
