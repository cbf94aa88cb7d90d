package import Configuration
internal import Text

/// Where media are stored and found.
package struct StorageSettings: SettingGroup {
    package static let title = "Storage"

    package let backend = Setting(
        "STORAGE_BACKEND", default: "local", .storageKind,
        "Where media are stored: `local` (MEDIA_DIR), `s3`, `r2`, `supabase` or `cloudinary`.")
    package let previous = Setting(
        optional: "STORAGE_PREVIOUS", .storageKind,
        "Where media were stored before, while `dailies storage move` brings them to STORAGE_BACKEND. What has not been moved "
            + "yet is found there.")
    package let timeout = Setting(
        "STORAGE_TIMEOUT", default: 30, in: 1...600, unit: "seconds",
        "How long a connection to a remote storage may carry nothing.")
    package let mediaDirectory = Setting(
        "MEDIA_DIR", default: "/var/lib/dailies/media", .directory,
        "Where media are stored with STORAGE_BACKEND=local, and working files always; nginx writes and serves it.")
    package let mediaBaseURL = Setting(
        optional: "MEDIA_BASE_URL", .url(like: "https://cdn.example.org/media"),
        "The address before the paths of media, of a CDN for example, which fetches them from SITE_URL/media.")

    package let s3Key = Setting(
        optional: "AWS_ACCESS_KEY_ID", .text("access key"), "S3: the access key.")
    package let s3Secret = Setting(
        optional: "AWS_SECRET_ACCESS_KEY", .text("secret key"), secret: true, "S3: the secret key.")
    package let s3Token = Setting(
        optional: "AWS_SESSION_TOKEN", .text("token"), secret: true, "S3: the token of temporary credentials.")
    package let s3Region = Setting(
        "AWS_REGION", default: "us-east-1", .text("region"), aliases: ["AWS_DEFAULT_REGION"], "S3: the bucket's region."
    )
    package let s3Bucket = Setting(
        optional: "AWS_S3_BUCKET", .bucket, aliases: ["AWS_BUCKET", "S3_BUCKET"],
        "S3: the bucket, which must be private.")
    package let s3Endpoint = Setting(
        optional: "AWS_ENDPOINT_URL", .secureURL(like: "https://s3.example.org"), aliases: ["AWS_ENDPOINT_URL_S3"],
        "S3: the address of another server that speaks S3's protocol.")

    package let r2Account = Setting(optional: "R2_ACCOUNT_ID", .text("account"), "R2: the account.")
    package let r2Key = Setting(
        optional: "R2_ACCESS_KEY_ID", .text("access key"), "R2: the access key of an API token.")
    package let r2Secret = Setting(
        optional: "R2_SECRET_ACCESS_KEY", .text("secret key"), secret: true, "R2: the secret key of the API token.")
    package let r2Bucket = Setting(
        optional: "R2_BUCKET_NAME", .bucket, aliases: ["R2_BUCKET"], "R2: the bucket, which must be private.")
    package let r2Region = Setting("R2_REGION", default: "auto", .text("region"), "R2: the region of signatures.")
    package let r2Endpoint = Setting(
        optional: "R2_ENDPOINT", .secureURL(like: "https://account.eu.r2.cloudflarestorage.com"),
        aliases: ["R2_ENDPOINT_URL"], "R2: the endpoint, if it is not that of R2_ACCOUNT_ID.")
    package let r2PublicURL = Setting(
        optional: "R2_PUBLIC_URL", .url(like: "https://pub-1234.r2.dev"),
        "R2: the public address of the bucket in an older system. Media are not served from it, since it would show clips "
            + "that no admin has approved; `dailies doctor` checks that it is closed.")

    package let supabaseURL = Setting(
        optional: "SUPABASE_URL", .secureURL(like: "https://abc.supabase.co"), aliases: ["NEXT_PUBLIC_SUPABASE_URL"],
        "Supabase Storage: the project's address.")
    package let supabaseKey = Setting(
        optional: "SUPABASE_SERVICE_ROLE_KEY", .text("key"), secret: true, aliases: ["SUPABASE_SERVICE_ROLE"],
        "Supabase Storage: the key of the service role.")
    package let supabaseBucket = Setting(
        "SUPABASE_BUCKET", default: "media", .bucket, "Supabase Storage: the bucket, which must be private.")

    package let cloudinaryCloud = Setting(
        optional: "CLOUDINARY_CLOUD_NAME", .text("name"), "Cloudinary: the name of the cloud.")
    package let cloudinaryKey = Setting(optional: "CLOUDINARY_API_KEY", .text("key"), "Cloudinary: the API key.")
    package let cloudinarySecret = Setting(
        optional: "CLOUDINARY_API_SECRET", .text("secret"), secret: true, "Cloudinary: the API secret.")
    package let cloudinaryURL = Setting(
        "CLOUDINARY_API_URL", default: "https://api.cloudinary.com", .secureURL(like: "https://api-eu.cloudinary.com"),
        "Cloudinary: the address of its API.")
    package let cloudinaryDeliveryURL = Setting(
        "CLOUDINARY_DELIVERY_URL", default: "https://res.cloudinary.com",
        .secureURL(like: "https://res.cloudinary.com"), "Cloudinary: the address at which nginx reads files.")

    package init() {}

    package func check(_ check: inout SettingCheck<Self>) {
        let backend = check.text(\.backend)
        if backend == check.text(\.previous) {
            check.fault(\.previous, "is the same as STORAGE_BACKEND; remove it when everything has been moved")
        }
        for used in [backend, check.text(\.previous)] {
            switch StorageKind(rawValue: used) {
            case .s3:
                check.need(\.s3Key, by: used)
                check.need(\.s3Secret, by: used)
                check.need(\.s3Bucket, by: used)
            case .r2:
                check.need(\.r2Key, by: used)
                check.need(\.r2Secret, by: used)
                check.need(\.r2Bucket, by: used)
                if !check.isGiven(\.r2Endpoint) { check.need(\.r2Account, by: used) }
            case .supabase:
                check.need(\.supabaseURL, by: used)
                check.need(\.supabaseKey, by: used)
            case .cloudinary:
                check.need(\.cloudinaryCloud, by: used)
                check.need(\.cloudinaryKey, by: used)
                check.need(\.cloudinarySecret, by: used)
            case .local, nil: break
            }
        }
    }
}

extension SettingCheck<StorageSettings> {
    fileprivate mutating func need<Value>(_ setting: KeyPath<StorageSettings, Setting<Value>>, by backend: String) {
        if !isGiven(setting) { fault(setting, "is required with the storage \(backend)") }
    }
}

extension ValueFormat where Value == StorageKind {
    fileprivate static var storageKind: Self {
        .choice(StorageKind.allCases.map { (word: $0.rawValue, value: $0) }, "back end")
    }
}

extension ValueFormat where Value == String {
    /// A bucket's name, which becomes part of addresses.
    fileprivate static var bucket: Self {
        ValueFormat("bucket") { text throws(FormatFault) in
            let isPlain = text.utf8.allSatisfy { byte in
                byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
                    || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || "-._".utf8.contains(byte)
            }
            guard isPlain, !text.hasPrefix(".") else {
                throw FormatFault("must be a name of letters, digits, dots, dashes and underscores", not: text)
            }
            return text
        }
    }
}

extension Settings {
    /// Where media are stored and found.
    package var storage: SettingValues<StorageSettings> { self[StorageSettings.self] }
}

extension SettingValues<StorageSettings> {
    /// The media directory of this machine.
    package var local: LocalStorage { LocalStorage(root: self.mediaDirectory, baseURL: self.mediaBaseURL ?? "") }

    /// The storage of this site.
    package var media: any MediaStorage {
        if self.backend == .local, self.previous == nil { return local }
        return ObjectStorage(current, scratch: local, baseURL: self.mediaBaseURL ?? "")
    }

    /// Where objects are put and found.
    package var current: any ObjectStore {
        let store = store(self.backend)
        guard let previous = self.previous else { return store }
        return MovingStore(current: store, previous: self.store(previous))
    }

    /// What the settings lack for a back end; empty when they are complete.
    package func lacks(_ kind: StorageKind) -> [String] {
        let needed: [(String, String?)] =
            switch kind {
            case .local: []
            case .s3:
                [
                    ("AWS_ACCESS_KEY_ID", self.s3Key), ("AWS_SECRET_ACCESS_KEY", self.s3Secret),
                    ("AWS_S3_BUCKET", self.s3Bucket),
                ]
            case .r2:
                [
                    ("R2_ACCESS_KEY_ID", self.r2Key), ("R2_SECRET_ACCESS_KEY", self.r2Secret),
                    ("R2_BUCKET_NAME", self.r2Bucket), ("R2_ACCOUNT_ID", self.r2Endpoint ?? self.r2Account),
                ]
            case .supabase: [("SUPABASE_URL", self.supabaseURL), ("SUPABASE_SERVICE_ROLE_KEY", self.supabaseKey)]
            case .cloudinary:
                [
                    ("CLOUDINARY_CLOUD_NAME", self.cloudinaryCloud), ("CLOUDINARY_API_KEY", self.cloudinaryKey),
                    ("CLOUDINARY_API_SECRET", self.cloudinarySecret),
                ]
            }
        return needed.filter { ($0.1 ?? "").isEmpty }.map(\.0)
    }

    /// A back end by its own settings, which must be complete.
    package func store(_ kind: StorageKind) -> any ObjectStore {
        let stall = Duration.seconds(self.timeout)
        switch kind {
        case .local: return local
        case .s3:
            return S3Bucket(
                name: self.s3Bucket ?? "", endpoint: self.s3Endpoint, region: self.s3Region, key: self.s3Key ?? "",
                secret: self.s3Secret ?? "", token: self.s3Token
            ).store(stall: stall)
        case .r2:
            let endpoint = self.r2Endpoint ?? "https://\(self.r2Account ?? "").r2.cloudflarestorage.com"
            return S3Store(
                .r2, origin: withoutSlash(endpoint), base: "/" + (self.r2Bucket ?? ""),
                signer: AWSSigner(
                    accessKey: self.r2Key ?? "", secretKey: self.r2Secret ?? "", region: self.r2Region),
                publicURL: self.r2PublicURL, stall: stall)
        case .supabase:
            return SupabaseStore(
                url: withoutSlash(self.supabaseURL ?? ""), key: self.supabaseKey ?? "", bucket: self.supabaseBucket,
                stall: stall)
        case .cloudinary:
            return CloudinaryStore(
                cloud: self.cloudinaryCloud ?? "", key: self.cloudinaryKey ?? "",
                secret: self.cloudinarySecret ?? "", apiURL: withoutSlash(self.cloudinaryURL),
                deliveryURL: withoutSlash(self.cloudinaryDeliveryURL), stall: stall)
        }
    }

    private func withoutSlash(_ url: String) -> String { url.hasSuffix("/") ? String(url.dropLast()) : url }
}

/// A bucket of S3 with its credentials.
package struct S3Bucket: Sendable {
    let name: String
    let endpoint: String?
    let region: String
    let key: String
    let secret: String
    let token: String?

    /// A bucket at Amazon, or at the server `endpoint`.
    package init(name: String, endpoint: String?, region: String, key: String, secret: String, token: String? = nil) {
        self.name = name
        self.endpoint = endpoint
        self.region = region
        self.key = key
        self.secret = secret
        self.token = token
    }

    /// The objects in it.
    package func store(stall: Duration) -> any ObjectStore {
        let (origin, base) = place
        return S3Store(
            .s3, origin: origin, base: base,
            signer: AWSSigner(accessKey: key, secretKey: secret, region: region, sessionToken: token), stall: stall)
    }

    /// Amazon names a bucket in the host unless its dots would not fit the certificate; other servers in the path.
    private var place: (origin: String, base: String) {
        if let endpoint { return (endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint, "/" + name) }
        let domain = "s3.\(region).amazonaws.com" + (region.hasPrefix("cn-") ? ".cn" : "")
        return name.contains(".") ? ("https://" + domain, "/" + name) : ("https://\(name).\(domain)", "")
    }
}
