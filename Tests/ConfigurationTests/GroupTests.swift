import Configuration
import Testing
import Text

/// A group as a target would declare it.
private struct CanteenSettings: SettingGroup {
    static let title = "Canteen"

    let kitchen = Setting(required: "KITCHEN", .text, "Where meals come from.")
    let meals = Setting("MEALS", default: 3, in: 1...9, unit: "meals", "How many meals there are a day.")
    let isOpen = Setting("CANTEEN_OPEN", default: true, "Whether it is open.")
    let dishes = Setting("DISHES", default: "", .list(.text, "dishes, comma-separated"), "What there is.")
    let hatch = Setting(optional: "HATCH", .path, "Where meals are given out.")
    let till = Setting(optional: "TILL", .key(atLeast: 4), secret: true, aliases: ["CASH_BOX"], "The key of the till.")
    let speed = Setting(
        "SPEED", default: "slow", .choice([("slow", 1), ("fast", 2)], "slow or fast"), "How fast meals come.")

    func check(_ check: inout SettingCheck<Self>) {
        check.require(\.till, with: \.hatch)
        if check.isGiven(\.dishes), !check.isGiven(\.hatch) { check.fault(\.dishes, "need a hatch") }
    }
}

private struct OtherSettings: SettingGroup {
    static let title = "Other"

    let other = Setting(optional: "OTHER", .text, "Something else.")
}

@Suite("Groups of settings")
struct GroupTests {
    private func load(_ environment: [String: String]) throws(SettingsError) -> SettingValues<CanteenSettings> {
        try Settings.load([CanteenSettings.self], from: environment)[CanteenSettings.self]
    }

    private func faults(_ changes: [String: String]) -> [String] {
        do {
            _ = try load(["KITCHEN": "downstairs"].merging(changes) { $1 })
            return []
        } catch {
            return error.faults.map { "\($0.name) \($0.message)" }
        }
    }

    @Test("OPS-05 a declaration gives each value its type, and its default when none is given")
    func values() throws {
        let bare = try load(["KITCHEN": "downstairs"])
        #expect(bare.kitchen == "downstairs" && bare.meals == 3 && bare.isOpen && bare.dishes.isEmpty)
        #expect(bare.hatch == nil && bare.till == nil && bare.speed == 1)
        let full = try load([
            "KITCHEN": "upstairs", "MEALS": "9", "CANTEEN_OPEN": "off", "DISHES": "soup, ,bread ", "HATCH": "/hall/",
            "CASH_BOX": "secret", "SPEED": "FAST",
        ])
        #expect(full.kitchen == "upstairs" && full.meals == 9 && !full.isOpen && full.dishes == ["soup", "bread"])
        #expect(full.hatch == "/hall" && full.till == Array("secret".utf8) && full.speed == 2)
    }

    @Test(
        "OPS-05 a fault names the setting, the rule and the text",
        arguments: [
            (["KITCHEN": ""], ["KITCHEN is required (text)"]),
            (["MEALS": "10"], ["MEALS must be a whole number from 1 to 9, not \"10\""]),
            (["MEALS": "many"], ["MEALS must be a whole number from 1 to 9, not \"many\""]),
            (["CANTEEN_OPEN": "perhaps"], ["CANTEEN_OPEN must be true or false, not \"perhaps\""]),
            (["HATCH": "hall", "TILL": "long"], ["HATCH must be an absolute path, not \"hall\""]),
            (["SPEED": "middling"], ["SPEED must be slow or fast, not \"middling\""]),
            (["TILL": "abc"], ["TILL must have at least 4 bytes, and has 3"]),
            (["HATCH": "/hall"], ["TILL is required with HATCH (at least 4 bytes)"]),
            (["DISHES": "soup"], ["DISHES need a hatch"]),
            (
                ["MEALS": "0", "SPEED": "x", "HATCH": "hall"],
                [
                    "MEALS must be a whole number from 1 to 9, not \"0\"",
                    "HATCH must be an absolute path, not \"hall\"",
                    "SPEED must be slow or fast, not \"x\"", "TILL is required with HATCH (at least 4 bytes)",
                ]
            ),
        ] as [([String: String], [String])])
    func faults(changes: [String: String], expected: [String]) {
        #expect(faults(changes) == expected)
    }

    @Test("OPS-05 a fault of a secret does not contain it")
    func secrets() throws {
        struct Hidden: SettingGroup {
            static let title = "Hidden"
            let number = Setting(optional: "NUMBER", .number(1...9), secret: true, "A secret number.")
        }
        let error = #expect(throws: SettingsError.self) { try Settings.load([Hidden.self], from: ["NUMBER": "4711"]) }
        #expect(try #require(error).description == "NUMBER: must be a whole number from 1 to 9")
    }

    @Test("OPS-05 the descriptions are in the order of the declarations")
    func descriptions() {
        #expect(
            CanteenSettings.descriptions.map(\.name)
                == ["KITCHEN", "MEALS", "CANTEEN_OPEN", "DISHES", "HATCH", "TILL", "SPEED"])
        let page = Settings.document(of: [CanteenSettings.self])
        #expect(page.contains("\n## Canteen\n"))
        #expect(page.contains("| `KITCHEN` | **required** | text |  | Where meals come from. |"))
        #expect(page.contains("| `TILL`, `CASH_BOX` | none | at least 4 bytes | yes | The key of the till. |"))
        #expect(page.contains("| `MEALS` | `3` | meals |  | How many meals there are a day. |"))
    }

    @Test("a group that was not loaded is a fault of the program")
    func notLoaded() async {
        await #expect(processExitsWith: .failure) {
            let settings = try Settings.load([OtherSettings.self], from: [:])
            _ = settings[CanteenSettings.self].meals
        }
    }
}
