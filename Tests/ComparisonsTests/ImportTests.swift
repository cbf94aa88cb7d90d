import Comparisons
import FoundationEssentials
import Generation
import Postgres
import Refusals
import TestSupport
import Testing

@Suite("The import of comparisons", .requiresPostgres)
struct ImportTests {
    private func read(_ text: String, _ stage: ComparisonStage) throws -> ComparisonImport {
        try stage.comparisons.read(csv: Array(text.utf8), hasPremium: true, for: stage.admin)
    }

    private func plans(_ stage: ComparisonStage) throws -> [ComparisonPlan] {
        try stage.comparisons.plans(nil, PageRequest(limit: 100), for: stage.admin).page.items
    }

    @Test("ARENA-10 ten thousand lines of which some are wrong: each has its outcome, and nothing is half imported")
    func tenThousandLines() throws {
        try ComparisonStage.run { stage in
            let rows = (1...10_000).map { number in
                switch number % 1_000 {
                case 7: "Title \(number),Prompt \(number),none"
                case 8: "Title \(number),,local"
                case 9: "Title \(number),Prompt \(number)"
                default: "Title \(number),Prompt \(number),local|local-2"
                }
            }
            let bytes = Array(("title,prompt,models\n" + rows.joined(separator: "\n")).utf8)
            let found = try stage.comparisons.read(csv: bytes, hasPremium: true, for: stage.admin)
            #expect(found.lines.count == 10_000 && found.wrong == 30 && found.right == 9_970)
            #expect(found.lines.map(\.number) == Array(2...10_001))
            let wrong = found.lines.filter { $0.fault != nil }.prefix(3)
            #expect(wrong.map(\.number) == [8, 9, 10] && wrong.map(\.column) == ["models", "prompt", nil])
            #expect(
                stage.code {
                    _ = try stage.comparisons.import(
                        csv: bytes, skippingWrong: false, hasPremium: true, by: stage.admin)
                } == "wrong_lines")
            #expect(try plans(stage).isEmpty, "the file as a whole")
            let applied = try stage.comparisons.import(
                csv: bytes, skippingWrong: true, hasPremium: true, by: stage.admin)
            #expect(applied.isApplied && applied.right == 9_970)
            #expect(
                try stage.superuser.one("select count(*)::int from planned_comparisons", as: Int.self) == 9_970)
            #expect(
                stage.code {
                    _ = try stage.comparisons.import(csv: bytes, skippingWrong: true, hasPremium: true, by: stage.admin)
                } == "file_imported")
            let more = bytes + Array("\nOne,too many,local".utf8)
            #expect(
                stage.code { _ = try stage.comparisons.read(csv: more, hasPremium: true, for: stage.admin) }
                    == "too_many_lines")
        }
    }

    @Test(
        "ARENA-10 SEC-05 marks, line ends, quotes and separators as spreadsheets write them; bad bytes spoil only their line"
    )
    func files() throws {
        try ComparisonStage.run { stage in
            let forms = [
                "title,prompt,models\nFog,\"A \"\"big\"\", grey\nfog\",local\n",
                "\u{FEFF}Title;Prompt;Models;\r\nFog;\"A \"\"big\"\", grey\nfog\";local;\r\n;;;\r\n",
                "title\tprompt\tmodels\rFog\t\"A \"\"big\"\", grey\nfog\"\tlocal",
            ]
            for form in forms {
                let found = try read(form, stage)
                #expect(found.wrong == 0 && found.lines.count == 1, "\(form): \(found.lines.map(\.fault))")
                #expect(found.lines.first?.request?.prompt == "A \"big\", grey\nfog")
            }
            let bytes =
                Array("title,prompt,models\nA,Fog,local\nB,F".utf8) + [0xE9]
                + Array(
                    "g,local\nC,F\0g,local\nD,\"Fog,local\nE,\"Fog\"x,local\n\nF,\"Two\nlines\",local\nG,H\u{7},local"
                        .utf8)
            let found = try stage.comparisons.read(csv: bytes, hasPremium: true, for: stage.admin)
            // The quote of D is closed in the next line, so both are one line that is wrong.
            #expect(found.lines.map(\.number) == [2, 3, 4, 5, 8, 10])
            #expect(found.lines.map { $0.fault == nil } == [true, false, false, false, true, false])
            let open = try read("title,prompt,models\nA,\"Fog,local\nB,Rain,local\n", stage)
            #expect(open.lines.map { $0.fault == nil } == [false, true], "an open quote spoils its own line only")
            func code(_ bytes: [UInt8]) -> String? {
                stage.code { _ = try stage.comparisons.read(csv: bytes, hasPremium: true, for: stage.admin) }
            }
            #expect(code([]) == "file_empty" && code([0xEF, 0xBB, 0xBF]) == "file_empty")
            #expect(
                code(Array("title,prompt,models\n".utf8)) == "file_empty" && code(Array("\n\n".utf8)) == "file_empty")
            #expect(code([0xFF, 0xFE, 0x74, 0, 0x69, 0]) == "not_utf8")
            #expect(code(Array("title,prompt\nA,B\n".utf8)) == "wrong_columns")
            #expect(code(Array("title,prompt,models,colour\nA,B,local,red\n".utf8)) == "wrong_columns")
            #expect(code(Array("title,prompt,models,title\nA,B,local,C\n".utf8)) == "wrong_columns")
        }
    }

    @Test("ARENA-10 each wrong value names its column; repeated lines are refused and equal prompts pointed out")
    func values() throws {
        try ComparisonStage.run { stage in
            _ = try stage.comparisons.create(
                stage.request("Before", models: 1, prompt: "Old fog"), by: stage.admin, hasPremium: true)
            let head = "title,prompt,models,type,duration,quality,seed,tags,public,make_at,image_id\n"
            func column(_ rest: String) throws -> String? {
                let line = try read(head + rest, stage).lines[0]
                return line.fault == nil ? "right" : line.column ?? "line"
            }
            let right = try read(
                head + "Fog,Fog,\"local, local-2\",Text-to-Video,2,STANDARD,7,Storm;At sea,yes,2099-12-24 18:00,\n",
                stage)
            let request = try #require(right.lines[0].request)
            #expect(
                request.models == ["local", "local-2"] && request.durationMs == 2_000 && request.quality == "standard")
            #expect(request.tags == ["Storm", "At sea"] && request.isPublic && request.seed == 7)
            #expect(right.lines[0].dueAt != nil)
            for (rest, expected) in [
                (",Fog,local,,,,,,,,", "title"), ("A,,local,,,,,,,,", "prompt"), ("A,Fog,,,,,,,,,", "models"),
                ("A,Fog,local|local,,,,,,,,", "models"), ("A,Fog,none,,,,,,,,", "models"),
                ("A,Fog,local,film,,,,,,,", "type"), ("A,Fog,local,,nan,,,,,,", "duration"),
                ("A,Fog,local,,9,,,,,,", "models"), ("A,Fog,local,,,best,,,,,", "quality"),
                ("A,Fog,local,,,,1.5,,,,", "seed"), ("A,Fog,local,,,,,!,,,", "tags"),
                ("A,Fog,local,,,,,,maybe,,", "public"), ("A,Fog,local,,,,,,,soon,", "make_at"),
                ("A,Fog,local,image-to-video,,,,,,,", "image_id"), ("A,Fog,local,,,,,,,,x", "image_id"),
                ("\(String(repeating: "x", count: 121)),Fog,local,,,,,,,,", "title"), ("A,Fog,local", "line"),
            ] {
                #expect(try column(rest) == expected, "\(rest)")
            }
            let same = try read(
                "title,prompt,models\nA,Fog,local\nB,Fog,local\nC,\"FOG, \",local-2\nD,old FOG,local\n", stage)
            #expect(same.lines.map(\.fault) == [nil, "This line repeats line 2.", nil, nil])
            #expect(same.lines[2].note == "Line 2 has nearly the same prompt.")
            #expect(same.lines[3].note == "“Before” has the same prompt.")
        }
    }

    @Test("ARENA-10 due plans become comparisons once, also from two processes at once; what cannot be made says why")
    func making() throws {
        try ComparisonStage.run { stage in
            let text = """
                title,prompt,models,public,make_at
                One,Fog,local|local-2,yes,
                Two,Rain,local-3,,
                Three,Snow,local,,2099-01-01
                Four,Hail,local,,
                Five,Sleet,local-4,,
                """
            _ = try stage.comparisons.import(
                csv: Array(text.utf8), skippingWrong: false, hasPremium: true, by: stage.admin)
            try stage.superuser.execute("update models set is_active = false where slug = 'local-4'")
            let four = try #require(try plans(stage).first { $0.title == "Four" })
            #expect(try stage.comparisons.change(plans: [four.id], .cancel, by: stage.admin) == [four.id])
            let worker = Comparisons(
                database: stage.jobs,
                generations: Generations(
                    database: stage.jobs, catalog: stage.generations.catalog, limit: stage.generations.limit,
                    monthlyCredits: 1_000))
            try concurrently(2) { _ in _ = try worker.makePlanned() }
            let slugs: [String] = try stage.superuser.query("select slug from comparisons order by slug")
            #expect(slugs == ["one", "two"])
            let states = Dictionary(uniqueKeysWithValues: try plans(stage).map { ($0.title, $0.state) })
            #expect(
                states == ["One": .made, "Two": .made, "Three": .waiting, "Four": .cancelled, "Five": .failed])
            let five = try #require(try plans(stage).first { $0.title == "Five" })
            #expect(five.fault?.contains("local-4") == true)
            #expect(try stage.comparisons.plans(.made, PageRequest(limit: 9), for: stage.admin).counts["waiting"] == 1)
            try stage.superuser.execute("update models set is_active = true where slug = 'local-4'")
            let again = try stage.comparisons.change(plans: [five.id, four.id], .retry, by: stage.admin)
            #expect(Set(again) == [five.id, four.id])
            // Few are made while many videos wait to be drawn.
            #expect(try worker.makePlanned(waitingVideos: 3).made == 0)
            #expect(try worker.makePlanned().made == 2)
            try stage.superuser.execute("update planned_comparisons set due_at = now() where title = 'Three'")
            try stage.superuser.execute("update users set role = 'member' where id = \(stage.admin)")
            #expect(try worker.makePlanned().failed == 1)
        }
    }
}
