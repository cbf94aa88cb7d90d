import Film
import FoundationEssentials
import Postgres
import Refusals
import TestSupport
import Testing

@Suite("Browsing and searching clips", .requiresPostgres)
struct ClipSearchTests {
    @Test("CLIP-06 only what everybody may see is found, and what stops being that is not found any more")
    func whatIsListed() throws {
        try FilmStage.run { stage in
            let (_, clips) = try stage.voting(["Ash", "Bone", "Coal", "Dust"], slots: 2)
            let pending = try stage.clip("Ember")
            #expect(try stage.found().sorted() == ["Ash", "Bone", "Coal", "Dust"])
            _ = try stage.clips.reject([clips[3]], reason: "no", by: stage.admin)
            #expect(try stage.found().sorted() == ["Ash", "Bone", "Coal"])
            let mira = try stage.member("mira")
            try stage.superuser.execute("update tournament_clips set user_id = \(mira) where id = \(clips[2])")
            #expect(throws: Never.self) { try stage.clips.withdraw(clips[2], by: mira) }
            _ = try stage.clips.approve([pending], by: stage.admin)
            #expect(try stage.found().sorted() == ["Ash", "Bone", "Ember"])
            try stage.count(clips[0], votes: 3)
            try stage.closeRound()
            #expect(try stage.found { $0.status = .locked } == ["Ash"])
            try stage.closeRound()
            #expect(try stage.found { $0.status = .locked }.count == 2)
            #expect(try stage.found { $0.status = .eliminated }.count == 1)
            #expect(try stage.found { $0.status = .active } == [])
            #expect(throws: FilmError.refused(.clipGone(byCreator: false))) {
                try stage.clips.details(clips[3], for: .visitor)
            }
            #expect(throws: FilmError.refused(.clipGone(byCreator: true))) {
                try stage.clips.details(clips[2], for: .visitor)
            }
            #expect(try stage.clips.details(clips[2], for: ClipViewer(memberID: mira)).label == .withdrawn)
            try stage.expectExactListings()
        }
    }

    @Test("CLIP-06 words of title, creator and description are found whole, and the last one from its beginning")
    func words() throws {
        try FilmStage.run { stage in
            let (_, clips) = try stage.voting([
                "The Lantern's light", "Lantern by the sea", "Éclair & Café", "Night-train",
            ])
            try stage.clips.edit(clips[3], title: nil, description: "Rails under snow", genre: nil, by: stage.admin)
            for (text, count) in [
                ("lantern", 2), ("LANT", 2), ("lantern sea", 1), ("sea lant", 1), ("lan light", 0), ("rails", 1),
                ("the_admin", 4), ("éclair", 1), ("night train", 1), ("train-night", 1), ("'", 0), ("& | ! <->", 0),
                ("sea:* | light", 0), ("\\ '' lantern's", 1), ("l", 2), ("lantern l", 0), ("nothing", 0),
            ] {
                #expect(try stage.found { $0.text = text }.count == count, "\(text)")
            }
            try stage.superuser.execute("update users set username = 'renamed' where id = \(stage.admin)")
            #expect(try stage.found { $0.text = "renamed" }.count == 4)
            #expect(try stage.found { $0.text = "the_admin" } == [])
        }
    }

    @Test(
        "CLIP-06 pages follow one another in each order, and a cursor belongs to its list",
        arguments: ClipSearch.Order.allCases)
    func pages(order: ClipSearch.Order) throws {
        try FilmStage.run { stage in
            let titles = (1...7).map { "Take \($0)" }
            let (_, clips) = try stage.voting(titles)
            for (place, clip) in clips.enumerated() { try stage.count(clip, votes: place + 1) }
            try stage.closeRound()
            for text in ["", "take"] {
                var search = ClipSearch()
                search.order = order
                search.text = text
                var all: [String] = []
                var cursor: String?
                repeat {
                    search.page = PageRequest(limit: 3, cursor: cursor)
                    let page = try stage.clips.find(search)
                    #expect(page.items.count <= 3)
                    all += page.items.map(\.card.title)
                    cursor = page.nextCursor
                } while cursor != nil
                #expect(Set(all) == Set(titles) && all.count == titles.count)
                if order == .votes { #expect(all == titles.reversed()) }
            }
            var search = ClipSearch()
            search.order = order
            search.page = PageRequest(limit: 3)
            let cursor = try #require(try stage.clips.find(search).nextCursor)
            for other in ClipSearch.Order.allCases where other != order {
                search.order = other
                search.page = PageRequest(limit: 3, cursor: cursor)
                #expect(throws: InvalidCursor.self) { try stage.clips.find(search) }
            }
        }
    }

    @Test("CLIP-06 FILM-01 hidden counts are neither shown nor told by an order", arguments: CountVisibility.allCases)
    func hiddenCounts(visibility: CountVisibility) throws {
        try FilmStage.run { stage in
            let (_, clips) = try stage.voting(["A", "B", "C"]) { $0.showCounts = visibility }
            let byID = clips.sorted { $0.uuidString > $1.uuidString }
            try stage.count(byID[2], votes: 9)
            var search = ClipSearch()
            search.order = .votes
            let open = try stage.clips.find(search).items
            #expect(open.map(\.card.id) == byID, "votes of the open round order nothing")
            #expect(open[2].voteCount == (visibility == .always ? 9 : nil))
            #expect(open.allSatisfy { $0.closedVotes == 0 })
            try stage.closeRound()
            let closed = try stage.clips.find(search).items
            #expect(closed[0].card.id == byID[2] && closed[0].voteCount == 9 && closed[0].closedVotes == 9)
        }
    }

    @Test("CLIP-06 genres are counted with every change, and none is missing")
    func genres() throws {
        try FilmStage.run { stage in
            let (_, clips) = try stage.voting(["A", "B", "C"])
            try stage.clips.edit(clips[0], title: nil, description: nil, genre: "Comedy", by: stage.admin)
            try stage.count(clips[0], votes: 2)
            try stage.closeRound()
            let counts = try stage.clips.genres()
            #expect(counts.map(\.genre) == ClipGenre.all)
            let comedy = try #require(counts.first { $0.genre == "Comedy" })
            #expect((comedy.clips, comedy.competing, comedy.won) == (1, 0, 1))
            let fiction = try #require(counts.first { $0.genre == "Sci-Fi" })
            #expect((fiction.clips, fiction.competing, fiction.won) == (2, 2, 0))
            #expect(try stage.clips.countListed() == 3)
            try stage.superuser.execute("update slot_results set superseded_at = now() where clip_id = \(clips[0])")
            try stage.expectExactListings()
            try stage.superuser.execute("delete from slot_results where clip_id = \(clips[1])")
            try stage.expectExactListings()
        }
    }

    @Test("CLIP-06 of many matches the newest are found without reading all of them, and all are found in the end")
    func commonWords() throws {
        try FilmStage.run { stage in
            let (season, _) = try stage.voting(["First"])
            // Two words that are common and meet only in the oldest clips.
            try stage.superuser.execute(
                """
                insert into tournament_clips (
                    season_id, slot_position, user_id, title, genre, rights_confirmed_at, status, processing, video_key,
                    poster_key, created_at, activated_at
                )
                select \(season), 3, \(stage.admin),
                    case when number <= 3 then 'river stone' when number % 2 = 0 then 'river' else 'stone' end,
                    'Other', now(), 'active', 'ready', 'clips/x/v.mp4', 'clips/x/p.webp', now(),
                    now() - interval '1 day' + number * interval '1 second'
                from generate_series(1, 16000) number
                """)
            try stage.superuser.execute("analyze clip_listings")
            let newest = try stage.found(limit: 3) { $0.text = "river" }
            #expect(newest == ["river", "river", "river"])
            #expect(try stage.found { $0.text = "river stone" }.count == 3)
            #expect(try stage.found { $0.text = "stone riv" }.count == 3)
            let both = try stage.found {
                $0.text = "river"
                $0.order = .oldest
            }
            #expect(both.prefix(4) == ["river stone", "river stone", "river stone", "river"])
            try stage.expectExactListings()
        }
    }

    @Test("WEB-04 every listed clip is in exactly one share of the sitemap")
    func shares() throws {
        try FilmStage.run { stage in
            let (_, clips) = try stage.voting((1...40).map { "Take \($0)" })
            #expect(IDShare.shares(of: 10, size: 10).map(\.digits) == [""])
            let shares = IDShare.shares(of: 40, size: 10)
            #expect(shares.count == 16 && shares.first?.digits == "0" && shares.last?.digits == "f")
            let found = try shares.flatMap { try stage.clips.listed(in: $0).map(\.id) }
            #expect(found.count == 40 && Set(found) == Set(clips))
            for digits in ["g", "A", "00000", " "] { #expect(IDShare(digits: digits) == nil) }
        }
    }
}

extension FilmStage {
    /// The titles that a search finds.
    func found(limit: Int = 24, _ configure: (inout ClipSearch) -> Void = { _ in }) throws -> [String] {
        var search = ClipSearch()
        search.page = PageRequest(limit: limit)
        configure(&search)
        return try clips.find(search).items.map(\.card.title)
    }

    /// Listings and counts are what they would be if they were made anew.
    func expectExactListings() throws {
        let wrong: [String] = try superuser.query(
            """
            with anew as (
                select clips.id as clip_id, clips.genre, clips.status,
                    coalesce(clips.activated_at, clips.created_at) as listed_at,
                    coalesce(
                        (
                            select sum(vote_count)::int
                            from slot_results
                            where clip_id = clips.id and superseded_at is null
                        ), 0
                    ) as votes,
                    listing_words(clips.title, users.username, clips.description) as words
                from tournament_clips clips
                join users on users.id = clips.user_id
                where clips.status in ('active', 'locked', 'eliminated') and clips.video_key is not null
            )
            (
                select clip_id::text from (select * from anew except select * from clip_listings) missing
                union all
                select clip_id::text from (select * from clip_listings except select * from anew) wrong
            )
            union all
            select genre || ' ' || status
            from (
                select genre, status, count(*)::int as clips from clip_listings group by genre, status
            ) counted
            full join clip_genre_counts counts using (genre, status)
            where coalesce(counted.clips, 0) <> coalesce(counts.clips, 0)
            """)
        #expect(wrong == [])
    }
}
