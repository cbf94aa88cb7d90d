internal import Arguments
internal import Configuration
internal import Flags
internal import FoundationEssentials
internal import HTTP
internal import Text

/// `dailies flags list | on | off | rollout`
enum FlagsCommand {
    static let command = Command(
        "flags", "list feature flags, or turn one on or off",
        details:
            "Lists feature flags or changes one. Every process applies a change within a second, without a restart.",
        commands: [
            Command("list", "list the feature flags", OnlyCommon.self, run: list),
            Command("on", "turn a feature on", One.self) { try turn(on: true, $0) },
            Command("off", "turn a feature off", One.self) { try turn(on: false, $0) },
            Command(
                "rollout", "give a feature that is on to some of the members",
                details:
                    "Gives a feature that is on to a percentage of the members, always the same ones; 100 gives it to all.",
                Rollout.self, run: rollout),
        ])

    struct One: ReadsSettings, PrintsJSON {
        let key = Operand.key
        let config = Option.config
        let json = Flag.json
    }

    struct Rollout: ReadsSettings, PrintsJSON {
        let key = Operand.key
        let percent = Operand("PERCENT", .number(0...100), "the percentage of members")
        let config = Option.config
        let json = Flag.json
    }

    private struct Status: Shaped {
        let flag: FeatureFlag

        static let shape = Shape<Status>("FlagStatus") {
            Field("key", \.flag.key)
            Field("name", \.flag.name)
            Field("category", \.flag.category)
            Field("enabled", \.flag.isEnabled)
            Field("rolloutPercent", \.percent)
            Field("updatedAt", \.flag.updatedAt)
        }

        private var percent: Int { flag.rolloutPercent ?? 100 }

        var line: String {
            let state = flag.isEnabled ? (percent < 100 ? "\(percent) %" : "on") : "off"
            return flag.key + String(repeating: " ", count: max(1, 26 - flag.key.count)) + state
        }
    }

    private static func list(_ arguments: ArgumentValues<OnlyCommon>) throws -> Int32 {
        let all = try flags(arguments).all().map(Status.init)
        try Output.answer(all, text: all.map(\.line).joined(separator: "\n"), for: arguments)
        return ExitCode.success
    }

    private static func turn(on isEnabled: Bool, _ arguments: ArgumentValues<One>) throws -> Int32 {
        try answer(
            try flags(arguments).set(arguments.key, isEnabled: isEnabled, rolloutPercent: nil, by: nil), arguments)
    }

    private static func rollout(_ arguments: ArgumentValues<Rollout>) throws -> Int32 {
        try answer(
            try flags(arguments).set(arguments.key, isEnabled: nil, rolloutPercent: arguments.percent, by: nil),
            arguments)
    }

    private static func flags(_ arguments: ArgumentValues<some ReadsSettings>) throws -> FeatureFlags {
        let settings = try arguments.settings()
        return FeatureFlags(settings.openDatabase(), secretKey: settings.site.secretKey)
    }

    private static func answer(_ flag: FeatureFlag, _ arguments: ArgumentValues<some PrintsJSON>) throws -> Int32 {
        let status = Status(flag: flag)
        try Output.answer(status, text: status.line, for: arguments)
        return ExitCode.success
    }
}

extension Operand<String> {
    fileprivate static var key: Self { Operand("KEY", .text, "the flag's key, as list prints it") }
}
