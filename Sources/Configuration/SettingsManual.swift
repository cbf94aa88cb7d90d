internal import Text

extension Settings {
    /// The manual page dailies.conf(5) for mdoc(7), made of the declarations. In the line `.Dd DATE` the
    /// package puts its date.
    public static func manual(of groups: [any SettingGroup.Type]) -> String {
        let lines =
            Roff.head("dailies.conf", section: "5", summary: "settings of Dailies")
            + [".Sh DESCRIPTION"] + Roff.paragraphs(introduction)
            + groups.flatMap { group in
                [".Ss " + Roff.word(group.title), ".Bl -tag -width 4n"] + group.descriptions.flatMap(entry) + [".El"]
            }
            + [
                ".Sh FILES", ".Bl -tag -width 4n", ".It Pa /etc/dailies/dailies.conf", "The settings.", ".El",
                ".Sh EXAMPLES", ".Bd -literal", "SITE_URL=https://film.example.org",
                "SECRET_KEY_FILE=/etc/dailies/secret.key",
                "DATABASE_URL=postgresql:///dailies?user=dailies_jobs", ".Ed",
            ]
            + Roff.foot(page: "dailies.conf 5")
        return lines.joined(separator: "\n") + "\n"
    }

    private static let introduction = """
        Each line has the form NAME=value. Empty lines and lines that begin with # mean nothing. A value may be quoted, and a \
        comment may follow the closing quote.

        Settings come from the environment too, which wins. A secret may be given as NAME_FILE, the path of a file that holds \
        it. Every program checks all settings when it starts and lists every fault at once, with the name or the line that \
        is wrong. Where a setting has several names, the others are those of older systems and mean the same.

        The command "dailies settings" shows the values in force, of secrets only whether they are set. Hosts and jobs read \
        the settings when they start.
        """

    private static func entry(_ setting: SettingDescription) -> [String] {
        let standard = setting.standard.map { $0.isEmpty ? "none" : $0 }
        let notes = [
            setting.unit, standard.map { "default: \($0)" } ?? "required",
            setting.isSecret ? "a secret, or \(setting.name)_FILE" : nil,
        ].compactMap(\.self).joined(separator: "; ")
        let names = ([setting.name] + setting.aliases).map { "Ev " + Roff.word($0) }.joined(separator: " , ")
        return [".It " + names, Roff.text(setting.meaning.replacing("`", with: "")), ".Pp", Roff.text("(\(notes))")]
    }
}
