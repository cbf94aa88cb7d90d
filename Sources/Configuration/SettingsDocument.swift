extension Settings {
    /// The page docs/configuration.md, made of the declarations.
    public static func document(of groups: [any SettingGroup.Type]) -> String {
        """
        # Configuration

        Settings come from the environment and from the file that `--config` or `DAILIES_CONFIG` names (`NAME=value`
        lines); the environment wins. A value in the file may be quoted, and a comment may follow the closing quote.
        A secret may be given as `NAME_FILE`, the path of a file that holds it. Every program checks all settings when it
        starts and lists every fault at once, with the name or the line that is
        wrong. Further names in the first column are those of older systems and mean the same.

        `dailies settings` shows the values in force; secrets show only whether they are set. This page is generated
        by `dailies settings --document`, and a test compares the two.
        \(groups.map { section($0) }.joined())
        """
    }

    private static func section(_ group: any SettingGroup.Type) -> String {
        let rows = group.descriptions.map { setting in
            let standard = setting.standard.map { $0.isEmpty ? "none" : "`\($0)`" } ?? "**required**"
            let names = ([setting.name] + setting.aliases).map { "`\($0)`" }.joined(separator: ", ")
            let cells = [names, standard, setting.unit, setting.isSecret ? "yes" : "", setting.meaning]
            return "| " + cells.joined(separator: " | ") + " |"
        }
        return """

            ## \(group.title)

            | setting | default | unit | secret | meaning |
            |---|---|---|---|---|
            \(rows.joined(separator: "\n"))

            """
    }
}
