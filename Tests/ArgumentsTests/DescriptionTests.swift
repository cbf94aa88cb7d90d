import Arguments
import Testing
import Text

private struct Bake: Parameters {
    let bread = Operand("BREAD", .text, "what to bake")
    let recipe = Option(optional: "--recipe", "FILE", .text, "how it's made: step by step")
    let oven = Option(required: "--oven", "NAME", .oven, "where")
    let salted = Flag("--salted", "add salt [a pinch]")
}

extension ValueFormat<String> {
    fileprivate static var oven: Self {
        ValueFormat("oven", limits: "stone, steel") { text throws(FormatFault) in text }
    }
}

@Suite("Manual pages and completion")
struct DescriptionTests {
    private struct None: Parameters {}

    private let program = Command(
        "bake-house", "a bakery",
        details: """
            Bakes. Then it sells.

            'Fresh' each day, a\\b.
            """,
        commands: [
            Command("bake", "bake bread", Bake.self) { _ in 0 },
            Command("shop", "sell it", commands: [Command("open", "open the shop", None.self) { _ in 0 }]),
        ])

    private func asked(_ words: String...) throws -> String {
        var output = ""
        let status = try program.perform(words, output: { output += $0 }, errors: { output += $0 })
        #expect(status == 0, "\(output)")
        return output
    }

    @Test("OPS-02 a manual page has every command with its parameters, and no word of it is taken for a macro")
    func manual() throws {
        let page = try asked("--manual", "8")
        #expect(page.contains(".Dt BAKE-HOUSE 8\n"))
        #expect(page.contains("Bakes.\nThen it sells.\n.Pp\n\\&'Fresh' each day, a\\eb.\n"))
        #expect(page.contains(".Ss \\&bake-house \\&bake\n.Nm bake-house Cm \\&bake\n.Ar \\&BREAD\n"))
        #expect(page.contains("\n.Op Fl \\&-recipe Ar \\&FILE\n"))
        #expect(page.contains(".It Fl \\&-oven Ar \\&NAME\nWhere (stone, steel).\n"))
        #expect(page.contains(".Ss \\&bake-house \\&shop\nSell it.\n.Ss \\&bake-house \\&shop \\&open\n"))
        #expect(page.contains(".It 64\nThe command line is not valid.\n"))
    }

    @Test("OPS-02 the script for bash has every command, option and list of values")
    func bash() throws {
        let script = try asked("--completion", "bash")
        #expect(script.contains("'bake-house shop open') path='bake-house shop open' ;;"))
        #expect(script.contains("'bake-house bake') words='--recipe --oven --salted --help' ;;"))
        #expect(script.contains("'bake-house bake --oven') mapfile -t COMPREPLY < <(compgen -W 'stone steel' -- "))
        #expect(script.contains("'bake-house bake --recipe') compopt -o filenames;"))
        #expect(script.hasSuffix("complete -F _bake_house bake-house\n"))
    }

    @Test("OPS-02 the script for zsh has every command and option, and quotes what separates there")
    func zsh() throws {
        let script = try asked("--completion", "zsh")
        #expect(script.hasPrefix("#compdef bake-house\n"))
        #expect(script.contains("'--recipe=[how it'\\''s made\\: step by step]:FILE:_files'"))
        #expect(script.contains("'--salted[add salt \\[a pinch\\]]'"))
        #expect(script.contains("'--oven=[where]:NAME:(stone steel)'"))
        #expect(script.contains("open) _bake_house__shop__open; return ;;"))
    }

    @Test("OPS-02 a shell that is not known is a wrong command line")
    func unknown() throws {
        var errors = ""
        let status = try program.perform(["--completion", "fish"], output: { _ in }, errors: { errors += $0 })
        #expect(status == 64 && !errors.isEmpty)
    }
}
