public import Text

/// A setting: its name, how its value is written, and what it does. This is the only place where it is declared; the
/// check at start, the documentation and the redaction follow from it.
///
/// ```swift
/// let dailyVotes = Setting(
///     "DAILY_VOTES", default: 200, in: 1...1_000_000, unit: "votes", "How many votes a voter has on one UTC day.")
/// ```
public struct Setting<Value: Sendable>: Sendable {
    /// What an operator must know about it.
    public let description: SettingDescription
    /// Reads the value; gets nil when neither the operator nor the declaration gives one.
    private let read: @Sendable (String?) throws(FormatFault) -> Value?

    /// A setting with a default, as it would be written in the file. An empty one means that the setting may be left
    /// out, and the format must read it as that.
    public init(
        _ name: String, default standard: String, _ format: ValueFormat<Value>, secret isSecret: Bool = false,
        aliases: [String] = [], _ meaning: String
    ) {
        description = SettingDescription(
            name: name, standard: standard, unit: format.unit, isSecret: isSecret, meaning: meaning, aliases: aliases)
        read = { text throws(FormatFault) in try format.value(of: text ?? standard) }
    }

    /// A setting that an operator must give.
    public init(
        required name: String, _ format: ValueFormat<Value>, secret isSecret: Bool = false, aliases: [String] = [],
        _ meaning: String
    ) {
        description = SettingDescription(
            name: name, standard: nil, unit: format.unit, isSecret: isSecret, meaning: meaning, aliases: aliases)
        read = { text throws(FormatFault) in
            guard let text else { return nil }
            return try format.value(of: text)
        }
    }

    /// A setting that may be left out; its value is nil then.
    public init<Given: Sendable>(
        optional name: String, _ format: ValueFormat<Given>, secret isSecret: Bool = false, aliases: [String] = [],
        _ meaning: String
    ) where Value == Given? {
        description = SettingDescription(
            name: name, standard: "", unit: format.unit, isSecret: isSecret, meaning: meaning, aliases: aliases)
        read = { text throws(FormatFault) in
            guard let text else { return .some(nil) }
            return try format.value(of: text)
        }
    }
}

extension Setting<Int> {
    /// A whole number in a range.
    public init(
        _ name: String, default standard: Int, in range: ClosedRange<Int>, unit: String, aliases: [String] = [],
        _ meaning: String
    ) {
        self.init(name, default: "\(standard)", .number(range, unit), aliases: aliases, meaning)
    }
}

extension Setting<Bool> {
    /// A switch.
    public init(_ name: String, default standard: Bool, aliases: [String] = [], _ meaning: String) {
        self.init(name, default: "\(standard)", .toggle, aliases: aliases, meaning)
    }
}

/// What an operator must know about one setting.
public struct SettingDescription: Sendable {
    /// The environment variable and the key in the configuration file.
    public let name: String
    /// The value when none is given; nil when the setting is required, empty when it may be left out.
    public let standard: String?
    /// What the number counts, or the form of the text.
    public let unit: String
    /// Whether the value must never be shown. A secret may also be read from the file that `NAME_FILE` names.
    public let isSecret: Bool
    /// What the setting does.
    public let meaning: String
    /// Other names under which older systems know it.
    public let aliases: [String]

    /// Whether a configuration file may have this name.
    func isNamed(_ name: String) -> Bool {
        ([self.name] + aliases).contains { name == $0 || (isSecret && name == $0 + "_FILE") }
    }
}

/// A setting of any type, as a group lists it.
protocol SettingDeclaration {
    var description: SettingDescription { get }

    /// Adds the value, or what is wrong with it.
    func read(by reader: inout SettingsReader)
}

extension Setting: SettingDeclaration {
    func read(by reader: inout SettingsReader) {
        do throws(FormatFault) {
            guard let value = try read(reader.text(description)) else { return }
            reader.keep(value, for: description)
        } catch {
            for message in error.messages(hidingText: description.isSecret) {
                reader.fault(description.name, message)
            }
        }
    }
}
