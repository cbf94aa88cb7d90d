import Configuration
internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Platform
internal import Postgres
internal import Storage
internal import TestSupport
internal import Testing
internal import Text

@Suite("Files of clips", .requiresPostgres)
struct PrivateMediaTests {
    @Test("SEC-06 a pending or refused clip's files are there for its creator and admins alone, others get 404")
    func files() throws {
        try FilmSite.run(.throughNginx) { film in
            let superuser = film.site.database.database(as: .superuser)
            func make(_ title: String) throws -> (id: String, path: String) {
                let id = try film.clip(title)
                let directory = film.site.settings.storage.mediaDirectory + "/clips/" + id
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
                try Data("bytes of \(title)".utf8).write(to: URL(fileURLWithPath: directory + "/v.mp4"))
                return (id, "/media/clips/\(id)/v.mp4")
            }
            let other = try film.site.visitor(address: "198.51.100.9").signIn("nova")
            let (pending, path) = try make("Pending")

            func statuses() throws -> [Int] {
                try [film.member, film.admin, other, film.visitor].map { try $0.get(path).status }
            }
            #expect(try statuses() == [200, 200, 404, 404])
            let own = try film.member.get(path)
            #expect(own.body == Array("bytes of Pending".utf8))
            #expect(own.headers["Cache-Control"] == "private, no-store")
            #expect(try film.member.get(path, headers: ["Range": "bytes=0-4"]).status == 206)

            // The answer does not reveal whether the file exists.
            let none = try film.visitor.get("/media/clips/\(UUID().uuidString.lowercased())/v.mp4")
            #expect(try film.visitor.get(path).code == none.code && none.status == 404)

            _ = try film.voting(["Another"])
            _ = try film.ask(film.admin, .post, "/api/admin/approve", ["clipId": .string(pending)])
            #expect(eventually { (try? statuses()) == [200, 200, 200, 200] })
            #expect(try film.visitor.get(path).headers["Cache-Control"] == "public, max-age=31536000, immutable")

            _ = try film.ask(
                film.admin, .post, "/api/admin/reject", ["clipId": .string(pending), "reason": "The rights"])
            #expect(eventually { (try? statuses()) == [200, 200, 404, 404] })
            try superuser.execute(
                "update tournament_clips set user_id = (select id from users where username = 'nova')")
            #expect(eventually { (try? statuses()) == [404, 200, 200, 404] })
        }
    }

    @Test("SEC-06 AUTH-04 programs load what their keys let them read, and everybody's files with any key")
    func keys() throws {
        try FilmSite.run(.throughNginx) { film in
            let web = film.site.database.database(as: .web)
            let id = try film.clip("Pending")
            let directory = film.site.settings.storage.mediaDirectory + "/clips/" + id
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            try Data("bytes".utf8).write(to: URL(fileURLWithPath: directory + "/v.mp4"))
            let owner = try #require(try Members.find(username: "mira_okafor", in: web)?.id)
            func program(_ scope: String) throws -> Visitor {
                let (key, _) = try APIKeys.create(for: owner, name: "test", scopes: [scope], days: nil, in: web)
                return film.visitor.copy(cookies: false, token: false).carrying(key.text)
            }
            let (reader, writer) = (try program("read"), try program("write"))
            let path = "/media/clips/\(id)/v.mp4"
            #expect(try [reader, writer].map { try $0.get(path).status } == [200, 404])
            _ = try film.voting(["Another"])
            _ = try film.ask(film.admin, .post, "/api/admin/approve", ["clipId": .string(id)])
            // Before anybody else has asked, so that the answers come from the host and not from a cache.
            #expect(try [writer, reader, film.visitor].map { try $0.get(path).status } == [200, 200, 200])
        }
    }

    @Test("SEC-06 nothing but clips' files is served under any address")
    func elsewhere() throws {
        try FilmSite.run(.throughNginx) { film in
            let admin = try film.admin.ready()
            for path in [
                "/media/originals/x/y.mp4", "/media/clips/", "/media/clips/x/v.mp4", "/media/incoming/x/1",
                "/media-permission", "/internal/media", "/media/clips/../originals/x/y.mp4", "/media/tmp/x",
            ] {
                #expect(try admin.get(path).status == 404, "\(path)")
            }
        }
    }
}
