internal import FoundationEssentials
internal import TestSupport
internal import Testing

@testable import Installation

@Suite("The page that documents the settings")
struct DocumentTests {
    @Test("OPS-05 docs/configuration.md is what the declarations say")
    func document() throws {
        let page = try String(contentsOfFile: Repository.root + "/docs/configuration.md", encoding: .utf8)
        #expect(page == Installation.document, "run: dailies settings --document > docs/configuration.md")
    }

    @Test("OPS-05 every group of settings that a target declares is collected")
    func groups() throws {
        let sources = Repository.root + "/Sources"
        var declared: [String] = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: sources) where path.hasSuffix(".swift") {
            let text = try String(contentsOfFile: "\(sources)/\(path)", encoding: .utf8)
            for line in text.split(separator: "\n")
            where line.contains(" struct ") && line.hasSuffix(": SettingGroup {") {
                declared += line.split(separator: " ").filter { $0.hasSuffix("Settings:") }.map {
                    String($0.dropLast())
                }
            }
        }
        #expect(declared.count > 10)
        #expect(declared.sorted() == Installation.groups.map { "\($0)" }.sorted())
    }
}
