import Configuration
import FoundationEssentials
import Installation
import Storage
import Testing

@Suite("CLIP-08 the settings of storages")
struct StorageSettingsTests {
    private func load(_ changes: [String: String]) throws(SettingsError) -> SettingValues<StorageSettings> {
        let complete = [
            "DATABASE_URL": "postgresql:///dailies", "SITE_URL": "https://film.example",
            "SECRET_KEY": "0123456789abcdef0123456789abcdef",
        ]
        return try Settings.load(complete.merging(changes) { $1 }).storage
    }

    private func faults(_ changes: [String: String]) -> [String] {
        do {
            _ = try load(changes)
            return []
        } catch {
            return error.faults.map(\.name)
        }
    }

    private func source(_ changes: [String: String]) throws -> String {
        let key = try #require(StorageKey("clips/a/b.mp4"))
        let sources = try load(changes).media.sources(of: key, now: Date(timeIntervalSince1970: 0), lifetime: 60)
        return sources.first.map { String($0.url.prefix { $0 != "?" }) } ?? "local"
    }

    @Test("each storage names what it lacks, and one that is not used may lack anything")
    func needed() {
        #expect(faults([:]) == [])
        #expect(faults(["AWS_ACCESS_KEY_ID": "key"]) == [])
        #expect(
            faults(["STORAGE_BACKEND": "s3"]) == ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_S3_BUCKET"])
        #expect(
            faults(["STORAGE_PREVIOUS": "r2", "R2_ENDPOINT": "https://r2.example"]) == [
                "R2_ACCESS_KEY_ID", "R2_SECRET_ACCESS_KEY", "R2_BUCKET_NAME",
            ])
        #expect(faults(["STORAGE_BACKEND": "supabase"]) == ["SUPABASE_URL", "SUPABASE_SERVICE_ROLE_KEY"])
        #expect(faults(["STORAGE_BACKEND": "cloudinary", "CLOUDINARY_API_KEY": "k"]).count == 2)
        #expect(faults(["STORAGE_PREVIOUS": "local"]) == ["STORAGE_PREVIOUS"], "the same as the storage")
        #expect(faults(["STORAGE_BACKEND": "ftp"]) == ["STORAGE_BACKEND"])
        #expect(faults(["AWS_S3_BUCKET": "a/../b"]) == ["AWS_S3_BUCKET"])
        #expect(faults(["AWS_ENDPOINT_URL": "http://s3.example"]) == ["AWS_ENDPOINT_URL"], "keys need https")
    }

    @Test("addresses follow from the settings of older systems")
    func addresses() throws {
        let s3 = [
            "STORAGE_BACKEND": "s3", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-west-1",
            "AWS_S3_BUCKET": "film",
        ]
        #expect(try source([:]) == "local")
        #expect(try source(s3) == "https://film.s3.eu-west-1.amazonaws.com/clips/a/b.mp4")
        #expect(
            try source(s3.merging(["AWS_S3_BUCKET": "film.example"]) { $1 })
                == "https://s3.eu-west-1.amazonaws.com/film.example/clips/a/b.mp4")
        #expect(
            try source(s3.merging(["AWS_ENDPOINT_URL": "http://127.0.0.1:9000/"]) { $1 })
                == "http://127.0.0.1:9000/film/clips/a/b.mp4")
        let r2 = [
            "STORAGE_BACKEND": "r2", "R2_ACCOUNT_ID": "abc", "R2_ACCESS_KEY_ID": "k", "R2_SECRET_ACCESS_KEY": "s",
            "R2_BUCKET_NAME": "film", "R2_PUBLIC_URL": "https://pub.r2.dev",
        ]
        #expect(try source(r2) == "https://abc.r2.cloudflarestorage.com/film/clips/a/b.mp4")
        let supabase = [
            "STORAGE_BACKEND": "supabase", "NEXT_PUBLIC_SUPABASE_URL": "https://abc.supabase.co",
            "SUPABASE_SERVICE_ROLE": "k", "NEXT_PUBLIC_SUPABASE_ANON_KEY": "unused",
        ]
        #expect(
            try source(supabase) == "https://abc.supabase.co/storage/v1/object/authenticated/media/clips/a/b.mp4")
        let cloudinary = [
            "STORAGE_BACKEND": "cloudinary", "CLOUDINARY_CLOUD_NAME": "film", "CLOUDINARY_API_KEY": "k",
            "CLOUDINARY_API_SECRET": "s",
        ]
        #expect(try source(cloudinary).hasPrefix("https://res.cloudinary.com/film/raw/authenticated/s--"))
    }

    @Test("nginx and the Content-Security-Policy learn where pages send clips and load media from")
    func nginx() throws {
        let plain = NginxStorage.file(try load([:]), siteURL: "https://film.example", resolvers: ["9.9.9.9"])
        #expect(!plain.contains("resolver") && !plain.contains("https://"))
        let settings = try load([
            "STORAGE_BACKEND": "s3", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_S3_BUCKET": "film",
            "MEDIA_BASE_URL": "https://cdn.example/media",
        ])
        let file = NginxStorage.file(
            settings, siteURL: "https://film.example",
            resolvers: NginxStorage.nameservers(
                in: """
                    # by hand
                    search example
                    nameserver 127.0.0.53
                    nameserver fe80::1%eth0
                    """))
        for line in [
            "default \" https://film.s3.us-east-1.amazonaws.com\";", "default \" https://cdn.example\";",
            "default \"cross-origin\";", "default \"https://film.example\";", "resolver 127.0.0.53 [fe80::1];",
        ] { #expect(file.contains(line), "\(line)") }
    }
}
