internal import Arguments
internal import Configuration
internal import FoundationEssentials
internal import HTTP
internal import Installation
internal import Platform
internal import Text

/// Parameters of a command that reads the settings.
protocol ReadsSettings: Parameters {
    var config: Option<String?> { get }
}

/// Parameters of a command whose result can be JSON.
protocol PrintsJSON: Parameters {
    var json: Flag { get }
}

extension Option<String?> {
    static var config: Self {
        Option(optional: "--config", "FILE", .text, "the file of the settings; the environment wins over it")
    }
}

extension Flag {
    static var json: Self { Flag("--json", "print JSON for programs") }
}

/// Parameters of a command that has none of its own.
struct OnlyCommon: ReadsSettings, PrintsJSON {
    let config = Option.config
    let json = Flag.json
}

extension ArgumentValues where Group: ReadsSettings {
    /// The settings from the environment and the file that --config or DAILIES_CONFIG names, else the installed one.
    func settings() throws -> Settings {
        let environment = ProcessInfo.processInfo.environment
        let isInstalled = FileManager.default.fileExists(atPath: Installation.file)
        let standard = environment["DAILIES_CONFIG"] == nil && isInstalled ? Installation.file : nil
        return try Settings.load(environment, file: self.config ?? standard)
    }
}

extension ValueFormat<UUID> {
    /// The id of a row.
    static var id: Self {
        ValueFormat("id") { text throws(FormatFault) in
            guard let id = UUID(uuidString: text) else { throw FormatFault("must be an id", not: text) }
            return id
        }
    }
}

/// Something that could not be done, in words for the operator.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Words for people on standard output and error, or one JSON value for programs.
enum Output {
    static func write(_ text: String) { StandardStream.output(text + "\n") }

    static func complain(_ text: String) { StandardStream.errors(text + "\n") }

    /// Prints `value` for programs or `text` for people.
    static func answer(
        _ value: some JSONRepresentable, text: String, for arguments: ArgumentValues<some PrintsJSON>
    ) throws {
        write(arguments.json ? try indented(value.json) : text)
    }

    /// A value with each member on a line of its own, sorted by name.
    static func indented(_ value: JSONValue) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
