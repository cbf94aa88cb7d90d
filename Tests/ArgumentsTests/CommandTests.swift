import Arguments
import Synchronization
import Testing
import Text

/// A command as a program would declare it.
private struct Bake: Parameters {
    let bread = Operand("BREAD", .text, "what to bake")
    let extras = Operand(repeated: "EXTRA", .text, "what goes into it")
    let loaves = Option("--loaves", "N", .number(1...9), default: 2, "how many")
    let oven = Option(required: "--oven", "NAME", .text, "where")
    let time = Option(optional: "--for", "TIME", .duration, "how long")
    let seeds = Option(repeated: "--seed", "NAME", .text, "what goes on top")
    let salted = Flag("--salted", "add salt")

    func check(_ values: ArgumentValues<Self>) throws(UsageFault) {
        if values.salted, values.bread == "cake" { throw UsageFault("a cake is not salted") }
    }
}

/// What the last command line gave.
private final class Baked: Sendable {
    private let stored = Mutex<ArgumentValues<Bake>?>(nil)

    var values: ArgumentValues<Bake>? {
        get { stored.withLock(\.self) }
        set { stored.withLock { $0 = newValue } }
    }
}

@Suite("Command lines")
struct CommandTests {
    private let baked = Baked()

    private var program: Command {
        Command(
            "bakery", "a bakery",
            commands: [
                Command("bake", "bake bread", Bake.self) { [baked] in
                    baked.values = $0
                    return 7
                },
                Command("shop", "sell it", commands: [Command("open", "open the shop", None.self) { _ in 0 }]),
            ])
    }

    private struct None: Parameters {}

    /// What a program prints and how it ends.
    private struct Ended {
        var output = ""
        var errors = ""
        var status: Int32 = 0
    }

    private func perform(_ line: String) throws -> Ended {
        var ended = Ended()
        var output = ""
        var errors = ""
        ended.status = try program.perform(
            line.split(separator: " ").map(String.init), output: { output += $0 }, errors: { errors += $0 })
        ended.output = output
        ended.errors = errors
        return ended
    }

    private func bake(_ line: String) throws -> ArgumentValues<Bake> {
        #expect(try perform("bake " + line).status == 7, "\(line)")
        return try #require(baked.values)
    }

    @Test("OPS-05 options, flags and operands have values of their types, wherever they are")
    func values() throws {
        let bare = try bake("rye --oven big")
        #expect(bare.bread == "rye" && bare.extras.isEmpty && bare.loaves == 2 && bare.oven == "big")
        #expect(bare.time == nil && bare.seeds.isEmpty && !bare.salted)
        let full = try bake("--salted rye --seed=poppy nuts --oven=a=b --for 10m --loaves 9 --seed oat -- --raisins -x")
        #expect(full.bread == "rye" && full.extras == ["nuts", "--raisins", "-x"] && full.loaves == 9)
        #expect(full.oven == "a=b" && full.time == .seconds(600) && full.seeds == ["poppy", "oat"] && full.salted)
    }

    @Test("OPS-05 the last one of an option counts, so that a unit's arguments can be overridden")
    func last() throws {
        #expect(try bake("rye --oven a --loaves 3 --oven b --loaves 4").loaves == 4)
        #expect(try bake("rye --oven a --oven b").oven == "b")
    }

    @Test("OPS-05 a word that begins with a hyphen is a value only after an equals sign")
    func hyphens() throws {
        #expect(try bake("rye --oven=--big").oven == "--big")
        #expect(try bake("rye --oven -").oven == "-")
        #expect(try bake("- --oven a").bread == "-")
    }

    @Test(
        "OPS-05 what is wrong is named, with the usage and exit status 64",
        arguments: [
            ("", "bakery: a command is required: bake, shop"),
            ("fry", "bakery: there is no command \"fry\"; the commands are bake, shop"),
            ("shop", "bakery shop: a command is required: open"),
            ("shop close", "bakery shop: there is no command \"close\"; the commands are open"),
            ("shop open now", "bakery shop open: \"now\" is one argument too many"),
            ("bake --oven a", "bakery bake: BREAD is required"), ("bake rye", "bakery bake: --oven is required"),
            ("bake rye --oven", "bakery bake: --oven needs a value: --oven NAME"),
            ("bake rye --oven --salted", "bakery bake: --oven needs a value: --oven NAME"),
            ("bake rye --oven a --grill", "bakery bake: there is no option --grill"),
            ("bake rye --oven a -s", "bakery bake: there is no option -s"),
            ("bake rye --oven a --salted=yes", "bakery bake: --salted has no value"),
            ("bake rye --oven a --loaves 10", "bakery bake: --loaves must be a whole number from 1 to 9, not \"10\""),
            ("bake rye --oven a --for x", "bakery bake: --for must be a time such as 55s, 10m or 500ms, not \"x\""),
            ("bake cake --oven a --salted", "bakery bake: a cake is not salted"),
        ])
    func faults(line: String, message: String) throws {
        let ended = try perform(line)
        #expect(ended.status == 64 && ended.output.isEmpty)
        #expect(ended.errors.hasPrefix(message + "\n\nUsage: bakery"))
    }

    @Test("OPS-05 options may come before the command that they belong to")
    func before() throws {
        #expect(try perform("--oven big bake rye").status == 7)
        #expect(try #require(baked.values).oven == "big")
    }

    @Test("OPS-05 a fault that a command finds later is explained like the others")
    func later() throws {
        let program = Command("bakery", "a bakery", None.self) { _ in throw UsageFault("the oven is cold") }
        var errors = ""
        let status = try program.perform([], output: { _ in }, errors: { errors += $0 })
        #expect(status == 64 && errors.hasPrefix("bakery: the oven is cold\n\nUsage: bakery\n"))
    }

    @Test("OPS-05 the help text is made of the declarations")
    func help() throws {
        let expected = """
            Usage: bakery bake BREAD [EXTRA…] [--loaves N] --oven NAME [--for TIME] [--seed NAME]… [--salted]

            Bake bread.

              BREAD        what to bake
              EXTRA        what goes into it
              --loaves N   how many (from 1 to 9; default: 2)
              --oven NAME  where
              --for TIME   how long
              --seed NAME  what goes on top
              --salted     add salt

            """
        for line in ["bake --help", "bake -h", "bake rye --grill --help", "--help bake"] {
            let ended = try perform(line)
            #expect(ended.status == 0 && ended.errors.isEmpty && ended.output == expected, "\(line)")
        }
        #expect(try perform("bake rye --oven a -- --help").status == 7)
        let whole = try perform("--help")
        #expect(whole.status == 0 && whole.output.contains("\n  bake  bake bread\n  shop  sell it\n"))
        #expect(try perform("fry --help").output == whole.output)
    }

    @Test("OPS-05 long texts are broken at 100 columns, below their beginning")
    func wrapping() {
        struct Wordy: Parameters {
            let flag = Flag("--flag", String(repeating: "nine char ", count: 20) + "end")
        }
        let help = Command("wordy", "much", details: String(repeating: "word ", count: 60), Wordy.self) { _ in 0 }
            .help()
        #expect(help.split(separator: "\n").allSatisfy { $0.count <= 100 })
        #expect(help.contains("\n          nine char"))
    }
}
