import Arguments
import Testing

@testable import dailies
@testable import dailies_host
@testable import dailies_jobs

private let someID = "0198a000-0000-7000-8000-000000000001"

/// Command lines of the three programs, which are parsed and not run.
@Suite("The command lines of the programs")
struct ProgramTests {
    private static let programs = [dailies.Main.program, dailies_jobs.Main.program, HostArguments.program]

    private func fault(_ line: String) throws -> String? {
        let words = line.split(separator: " ").map(String.init)
        let program = try #require(Self.programs.first { $0.name == words.first })
        do {
            _ = try program.action(for: Array(words.dropFirst()))
            return nil
        } catch {
            return error.message
        }
    }

    @Test("OPS-03 every verb of the operator's tool can answer in JSON")
    func json() {
        // They run until they are stopped, and answer nothing.
        let endless = ["dailies demo", "dailies supervise"]
        var verbs: [String] = []
        func walk(_ command: Command, _ path: String) {
            for inner in command.commands { walk(inner, "\(path) \(inner.name)") }
            guard command.commands.isEmpty else { return }
            verbs.append(path)
            let hasJSON = command.parameters.contains { $0.name == "--json" }
            #expect(hasJSON != endless.contains(path), "\(path)")
        }
        walk(dailies.Main.program, "dailies")
        #expect(verbs.count > 40)
    }

    @Test(
        "OPS-05 command lines of scripts, units and documentation are understood",
        arguments: [
            "dailies-host", "dailies-host auth", "dailies-host --config /etc/dailies.conf voting story",
            "dailies-host --socket /run/x.sock system pages", "dailies-host -- voting",
            "dailies-jobs advance", "dailies-jobs advance --config f --for 55s", "dailies-jobs drain",
            "dailies-jobs drain --until-empty --workers 256", "dailies-jobs drain --for 500ms --queues outward,media",
            "dailies-jobs drain --queues outward --for 55s --workers 4 --workers 2", "dailies-jobs maintain --now",
            "dailies migrate", "dailies migrate --status --json", "dailies settings --document",
            "dailies settings --config=f", "dailies sign-in-link --admin",
            "dailies sign-in-link --user mira_okafor --minutes 1440", "dailies season list --json",
            "dailies season create --label A --slots 3 --round 5 --min-votes 0 --clips 1 --genre Comedy --description D",
            "dailies season activate 0198a000-0000-7000-8000-000000000001", "dailies --config f season list",
            "dailies season show \(someID) --json", "dailies season archive \(someID)",
            "dailies season assign \(someID) 4 \(someID) --reason x --replaces \(someID)",
            "dailies season unlock \(someID) 4 --reason x --dry-run",
            "dailies season reset-votes \(someID) 4 --reason x",
            "dailies season end \(someID) 4 2026-12-01T18:00:00Z --reason x",
            "dailies season advance 4 --reason x --json",
            "dailies season take-down \(someID) --reason x", "dailies season reset \(someID) --label A --reason x",
            "dailies season delete \(someID) --label=A --reason x", "dailies simulate season",
            "dailies simulate season --slots 3 --voters 9 --clips 5 --votes 2 --seed 1 --keep --json",
            "dailies seed --demo --round 90 --config f", "dailies demo --viewers 3", "dailies admin grant mira",
            "dailies admin revoke mira --reason x",
            "dailies announce Maintenance --text Tonight. --path /watch --json", "dailies announce Hello",
            "dailies user ban mira --reason spam", "dailies user unban mira", "dailies flags list",
            "dailies flags on comments_enabled", "dailies flags off x", "dailies flags rollout x 0",
            "dailies jobs list", "dailies catalog key", "dailies catalog import f --apply --untrusted --json",
            "dailies jobs list --state failed --kind generation --provider fal.ai --limit 9 --json",
            "dailies jobs show 12 --json", "dailies jobs show \(someID)", "dailies jobs retry 12 \(someID)",
            "dailies jobs cancel 12 13", "dailies jobs redrive --all --state failed --group mail",
            "dailies jobs redrive \(someID) --to replicate", "dailies jobs pause queue outward --reason x",
            "dailies jobs resume kind validate_clip --json", "dailies jobs pause --provider fal.ai --reason x",
            "dailies jobs resume --provider=fal.ai", "dailies jobs reorder first 12",
            "dailies jobs settle \(someID) --request r-1", "dailies jobs settle \(someID) --never-made",
            "dailies counters verify", "dailies counters repair --json", "dailies simulate feed",
            "dailies simulate battles", "dailies simulate battles --models 5 --ties 0 --runs 1 --seed 7 --json",
            "dailies simulate battles --ratings 1000,900.5,-20", "dailies ratings verify",
            "dailies ratings compute --json",
            "dailies ratings verify --battles b.csv --board r.json --name tag:night",
            "dailies simulate feed --clips 10 --late 5 --voters 5 --hours 1 --seed 9 --plot p.svg",
            "dailies tally verify a.json b.json", "dailies tally verify --season 1",
            "dailies tally verify --season 1 --url https://x.example",
            "dailies tally export --season 1 --slot 2 --to out",
            "dailies routes --json", "dailies routes --match /api/vote /story --processes p",
            "dailies routes --nginx n --systemd s --processes=p", "dailies routes --types api.d.ts", "dailies doctor",
            "dailies doctor --offline --json", "dailies status --json", "dailies log-level",
            "dailies log-level database=debug all=default --json",
            "dailies supervise plan.json",
        ])
    func good(line: String) throws {
        #expect(try fault(line) == nil)
    }

    @Test(
        "OPS-05 what is wrong with a command line is named",
        arguments: [
            ("dailies-host votting", "GROUP must be one of"), ("dailies-host --socket", "--socket needs a value"),
            ("dailies-host --port 1", "there is no option --port"),
            ("dailies-jobs", "a command is required"), ("dailies-jobs drian", "there is no command \"drian\""),
            ("dailies-jobs advance now", "\"now\" is one argument too many"),
            ("dailies-jobs advance --for soon", "--for must be a time"),
            ("dailies-jobs advance --for 1000000001", "--for must be a time"),
            ("dailies-jobs advance --now", "there is no option --now"),
            ("dailies-jobs drain --workers 0", "--workers must be a whole number from 1 to 256"),
            ("dailies-jobs drain --workers 257", "--workers must be"),
            ("dailies-jobs drain --queues ,", "--queues needs the name of a queue"),
            ("dailies-jobs maintain --for 5s", "there is no option --for"),
            ("dailies", "a command is required"), ("dailies nonsense", "there is no command"),
            ("dailies migrate up", "\"up\" is one argument too many"), ("dailies jobs retry", "ID is required"),
            ("dailies jobs show x", "ID must be the number of a job or the id of a video"),
            ("dailies jobs list --state dead", "--state must be"), ("dailies jobs pause room x", "SCOPE must be"),
            ("dailies jobs pause queue A", "NAME must be a queue or a kind of job"),
            ("dailies jobs pause", "either SCOPE NAME or --provider is required"),
            ("dailies jobs pause provider fal.ai", "SCOPE must be queue or kind"),
            ("dailies jobs pause queue", "NAME is required"),
            ("dailies jobs resume queue outward --provider fal.ai", "name either SCOPE NAME or --provider"),
            ("dailies jobs redrive", "either ID or --all is required"),
            ("dailies jobs redrive 1 --all", "either ID or --all is required"),
            ("dailies jobs redrive 1 --kind x", "a filter needs --all"),
            ("dailies jobs reorder middle 1", "PLACE must be"),
            ("dailies jobs settle \(someID)", "either --request or --never-made is required"),
            ("dailies sign-in-link", "either --admin or --user is required"),
            ("dailies sign-in-link --admin --user mira", "either --admin or --user is required"),
            ("dailies sign-in-link --user No!", "--user must be a username"),
            ("dailies sign-in-link --admin --minutes 1441", "--minutes must be a whole number from 1 to 1440"),
            ("dailies season", "a command is required"), ("dailies season create", "--label is required"),
            ("dailies season create --label", "--label needs a value"),
            ("dailies season create --label A --slots 501", "--slots must be a whole number from 1 to 500"),
            ("dailies season unlock \(someID) 4", "--reason is required"),
            ("dailies season unlock \(someID) 4 --reason=", "--reason must have 1 to 500 characters"),
            ("dailies season end \(someID) 4 soon --reason x", "TIME must be a time"),
            ("dailies season delete \(someID) --reason x", "--label is required"),
            ("dailies season assign \(someID) 501 \(someID) --reason x", "SLOT must be a whole number from 1 to 500"),
            ("dailies season activate", "ID is required"), ("dailies season activate x", "ID must be an id"),
            ("dailies demo --viewers 0", "--viewers must be"),
            ("dailies seed", "--demo is required"), ("dailies seed --demo --round soon", "--round must be"),
            ("dailies admin", "a command is required"), ("dailies admin grant", "USER is required"),
            ("dailies user ban mira", "--reason is required"),
            ("dailies user ban mira --reason=", "--reason must not be empty"),
            ("dailies announce", "TITLE is required"),
            ("dailies announce x --path //evil.example", "--path must be the path of a page of this site"),
            ("dailies flags on", "KEY is required"), ("dailies flags rollout x", "PERCENT is required"),
            ("dailies flags rollout x 101", "PERCENT must be a whole number from 0 to 100"),
            ("dailies counters nonsense", "there is no command"), ("dailies simulate", "a command is required"),
            ("dailies simulate feed --late 101", "--late must be a whole number from 0 to 100"),
            ("dailies simulate feed --config f", "there is no option --config"),
            ("dailies simulate battles --ratings 1000", "--ratings must be 2 to 60 numbers"),
            ("dailies simulate battles --ratings 1,x", "--ratings must be 2 to 60 numbers"),
            ("dailies ratings verify --battles b.csv", "--battles and --board belong together"),
            ("dailies ratings verify --name other", "--name must be all, text, picture or tag:"),
            ("dailies tally verify", "either files or --season is required"),
            ("dailies tally verify a --season 1", "either files or --season is required"),
            ("dailies tally verify a --url u", "--season is required with --url"),
            ("dailies tally export", "--season is required"),
            ("dailies tally export --season 1 --slot 501", "--slot must be"),
            ("dailies routes /story", "paths and --match are given together"),
            ("dailies routes --match", "paths and --match are given together"),
            ("dailies doctor --verbose", "there is no option --verbose"), ("dailies supervise", "FILE is required"),
            ("dailies supervise a b", "\"b\" is one argument too many"),
        ])
    func bad(line: String, message: String) throws {
        let found = try #require(try fault(line), "\(line)")
        #expect(found.hasPrefix(message))
    }

    @Test("OPS-05 every command has a help text that fits a terminal", arguments: programs.map(\.name))
    func help(name: String) throws {
        func visit(_ command: Command, _ path: [String], of program: Command) {
            let help = program.help(for: path)
            #expect(help.hasPrefix("Usage: " + ([program.name] + path).joined(separator: " ")))
            #expect(help.split(separator: "\n").allSatisfy { $0.count <= 100 } && !help.contains("\\"), "\(path)")
            for parameter in command.parameters { #expect(!parameter.meaning.isEmpty && help.contains(parameter.name)) }
            for next in command.commands { visit(next, path + [next.name], of: program) }
        }
        let program = try #require(Self.programs.first { $0.name == name })
        visit(program, [], of: program)
    }
}
