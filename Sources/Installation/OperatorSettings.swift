package import Configuration
internal import Text

/// What the legal pages say of the operator. Handlers draw them, and only a host links handlers.
package struct OperatorSettings: SettingGroup {
    package static let title = "Operator"

    package let name = Setting(
        "LEGAL_NAME", default: "", .text, "The operator's name on /privacy and /terms; most countries require it.")
    package let address = Setting(
        "LEGAL_ADDRESS", default: "", .list(.text, separator: "|", "text, a vertical bar between lines"),
        "The operator's postal address.")
    package let email = Setting("LEGAL_EMAIL", default: "", .text("address"), "The operator's e-mail address.")
    package let minimumAge = Setting(
        "MINIMUM_AGE", default: 16, in: 13...99, unit: "years", "The age that members declare when they join.")

    package init() {}
}

extension Settings {
    /// What the legal pages say of the operator.
    package var `operator`: SettingValues<OperatorSettings> { self[OperatorSettings.self] }
}
