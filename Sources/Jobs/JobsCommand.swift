internal import Arguments
internal import Text

/// Parameters of all commands of this program.
protocol JobsParameters: Parameters {
    var config: Option<String?> { get }
}

extension Option<String?> {
    static var config: Self {
        Option(optional: "--config", "FILE", .text, "the file of the settings; the environment wins over it")
    }
}

extension Option<Duration?> {
    static func budget(_ meaning: String) -> Self { Option(optional: "--for", "TIME", .duration, meaning) }
}
