internal import Arguments
internal import Configuration
internal import Film
internal import Glibc
internal import Platform
internal import Postgres
internal import Text

/// `dailies demo`
enum DemoCommand {
    static let command = Command(
        "demo", "let invented people watch and vote in the demo season, as ./run does",
        details: """
            Runs until it is stopped. Invented visitors fetch the feed and vote through the site's own address at the pace \
            of people, and new clips are made, wait and are approved. It refuses any site but one at plain http on \
            loopback that has the demo season, and pauses while another season is active.
            """,
        Demo.self, run: run)

    struct Demo: ReadsSettings {
        let viewers = Option("--viewers", "N", .number(1...50), default: 6, "how many people watch at a time")
        let config = Option.config
    }

    private static let ending = [SIGTERM, SIGINT, SIGHUP]
    private static let supplyPause = Duration.seconds(3)

    private static func run(_ arguments: ArgumentValues<Demo>) throws -> Int32 {
        Signals.block(ending)
        Signals.ignorePipe()
        let settings = try arguments.settings()
        // Invented votes would be fraud anywhere else.
        guard settings.site.isPlainLoopback else {
            throw Failure("invented people vote only on a site at http on loopback, and this is \(settings.site.url)")
        }
        let supply = DemoSupply(database: settings.openDatabase())
        guard try supply.isDemo() else {
            throw Failure("invented people vote only in the demo season, and this site has none: dailies seed --demo")
        }
        var report = ChangeReport()
        var audience = DemoAudience(siteURL: settings.site.url, viewers: arguments.viewers)
        var supplyAt = ContinuousClock.now
        while true {
            if supplyAt <= .now {
                supplyAt = .now + supplyPause
                // No invented person votes in a season that somebody has made.
                if isStillDemo(supply, &report) {
                    step(supply, &report)
                    audience.open()
                } else {
                    audience.sendHome()
                }
            }
            if let fault = audience.act() { report.say(fault) }
            let pause = min(audience.pause, max(.zero, supplyAt - ContinuousClock.now))
            if Signals.wait(for: ending, timeout: pause) != nil { return ExitCode.success }
        }
    }

    private static func isStillDemo(_ supply: DemoSupply, _ report: inout ChangeReport) -> Bool {
        do {
            let isDemo = try supply.isDemo()
            if !isDemo { report.say("paused, since another season is active") }
            return isDemo
        } catch {
            report.say("the database does not answer: \(error)")
            return false
        }
    }

    private static func step(_ supply: DemoSupply, _ report: inout ChangeReport) {
        do {
            switch try supply.step() {
            case .ordered(let title): report.say("a new clip is being made: \(title)")
            case .approved(let number): report.say("approved \(number) pending clips")
            case .seasonIsOver: report.say("no round of the demo season is open")
            case .nothing: break
            }
        } catch {
            report.say("no clip could be added: \(error)")
        }
    }
}

/// Writes a line only when it differs from the last one, so that a fault that lasts is written once.
private struct ChangeReport {
    private var last = ""

    mutating func say(_ line: String) {
        if line != last { Output.complain("demo: \(line)") }
        last = line
    }
}
