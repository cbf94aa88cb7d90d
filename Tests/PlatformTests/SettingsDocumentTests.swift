internal import Configuration
internal import FoundationEssentials
internal import TestSupport
internal import Testing

@Suite("The page that documents the settings")
struct SettingsDocumentTests {
    @Test("OPS-05 docs/configuration.md says what the programs read")
    func document() throws {
        let page = try String(contentsOfFile: Repository.root + "/docs/configuration.md", encoding: .utf8)
        #expect(page == Settings.document, "run: dailies settings --document > docs/configuration.md")
    }
}
