internal import Arguments
internal import Configuration
internal import HTTP
internal import Notifications
internal import Text

/// `dailies announce TITLE`
enum AnnounceCommand {
    static let command = Command(
        "announce", "notify all members of something",
        details: """
            Notifies all members of something, by one notification for everybody. Members who have it pushed receive it on \
            their devices too. It cannot be taken back.
            """,
        Announce.self, run: announce)

    struct Announce: ReadsSettings, PrintsJSON {
        let title = Operand("TITLE", .text, "what it is about, in at most 120 characters")
        let text = Option("--text", "TEXT", .text, default: "", "the details, in at most 500 characters")
        let path = Option(optional: "--path", "PATH", .text, "the page of this site that it leads to, such as /watch")
        let config = Option.config
        let json = Flag.json

        func check(_ values: ArgumentValues<Self>) throws(UsageFault) {
            if !(1...120).contains(values.title.count) { throw UsageFault("TITLE must have 1 to 120 characters") }
            if values.text.count > 500 { throw UsageFault("--text must have at most 500 characters") }
            if let path = values.path, !NotificationWords.isPath(path) {
                throw UsageFault("--path must be the path of a page of this site, such as /watch")
            }
        }
    }

    private struct Announced: Shaped {
        let id: Int64

        static let shape = Shape<Announced>("Announced") {
            Field("id", { Int($0.id) })
        }
    }

    private static func announce(_ arguments: ArgumentValues<Announce>) throws -> Int32 {
        let notifications = Notifications(database: try arguments.settings().openDatabase())
        let id = try notifications.announce(
            title: arguments.title, text: arguments.text, path: arguments.path, by: nil)
        try Output.answer(Announced(id: id), text: "announced to all members", for: arguments)
        return ExitCode.success
    }
}
