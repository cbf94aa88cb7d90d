public import FoundationEssentials

/// A place that keeps bytes under names: a disk, or another server's storage. A back end implements this and nothing else.
///
/// Names are those of ``StorageKey`` and of parts, `incoming/<upload>/<number>`.
public protocol ObjectStore: Sendable {
    /// How people and `STORAGE_BACKEND` name the back end.
    var kind: StorageKind { get }

    /// Bytes of every part of an upload but the last; nil when the back end takes a file as a whole.
    var partBytes: Int? { get }

    /// Stores a piece of a local file, replacing what has the name.
    func put(_ piece: FilePiece, as name: String) throws(StorageFault)

    /// Reads an object into a receiver.
    func get(_ name: String, into sink: any ObjectSink) throws(StorageFault)

    /// Some of the objects whose names begin with `prefix`, and where to continue. A prefix ends with a slash.
    func list(_ prefix: String, after cursor: String?) throws(StorageFault) -> ObjectPage

    /// Deletes an object. A missing one is no error.
    func delete(_ name: String) throws(StorageFault)

    /// How a browser sends the parts of an upload. Calls other servers only where the back end's signatures are made there.
    func permission(_ request: UploadRequest) throws(StorageFault) -> UploadPermission

    /// Where nginx reads an object in the order in which it tries; none when it is a file of this machine. Calls no server.
    func sources(of name: String, now: Date, lifetime: Int) -> [MediaSource]

    /// Addresses at which an object must not be found without a signature.
    func openAddresses(of name: String) -> [String]

    /// The file of this machine that an object is; nil when it is elsewhere or missing.
    func file(of name: String) -> String?
}

/// The back ends.
public enum StorageKind: String, Sendable, CaseIterable {
    /// A directory of this machine.
    case local
    /// Amazon S3, and servers that speak its protocol.
    case s3
    /// Cloudflare R2.
    case r2
    /// Supabase Storage.
    case supabase
    /// Cloudinary.
    case cloudinary

    /// Its proper name.
    public var title: String {
        switch self {
        case .local: "the local disk"
        case .s3: "S3"
        case .r2: "R2"
        case .supabase: "Supabase Storage"
        case .cloudinary: "Cloudinary"
        }
    }
}

/// An object as a list shows it.
public struct StoredObject: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Its bytes.
    public let size: Int
    /// When it was stored.
    public let modified: Date

    /// An object.
    public init(name: String, size: Int, modified: Date) {
        self.name = name
        self.size = size
        self.modified = modified
    }
}

/// A page of a list of objects.
public struct ObjectPage: Sendable {
    /// The objects.
    public let objects: [StoredObject]
    /// Where the next page begins; nil after the last.
    public let next: String?

    /// A page.
    public init(_ objects: [StoredObject], next: String?) {
        self.objects = objects
        self.next = next
    }
}

/// Where nginx reads an object that is not a file of this machine.
public struct MediaSource: Sendable, Hashable {
    /// The address, which may be signed and never leaves the machine.
    public let url: String
    /// What to send as the Authorization header.
    public let authorization: String?

    /// A source.
    public init(url: String, authorization: String? = nil) {
        self.url = url
        self.authorization = authorization
    }
}

/// An upload for which a browser needs addresses.
public struct UploadRequest: Sendable {
    /// The upload.
    public let upload: UUID
    /// How its file is cut.
    public let plan: UploadPlan
    /// Its declared type.
    public let contentType: String
    /// The moment.
    public let now: Date
    /// Until when the addresses are good.
    public let expires: Date
    /// Signs the addresses that nginx of this site takes parts at.
    public let signer: UploadSigner

    /// A request.
    public init(
        upload: UUID, plan: UploadPlan, contentType: String, now: Date, expires: Date, signer: UploadSigner
    ) {
        self.signer = signer
        self.upload = upload
        self.plan = plan
        self.contentType = contentType
        self.now = now
        self.expires = expires
    }

    /// Whole seconds for which the addresses are good.
    var lifetime: Int { max(1, Int(expires.timeIntervalSince(now))) }

    /// The name of a part.
    func part(_ number: Int) -> String { StorageKey.part(number, of: upload) }
}

/// How a browser sends an upload.
public struct UploadPermission: Sendable, Equatable {
    /// PUT, with the bytes as the body; or POST, with a form that ends with the field `file`.
    public var method: String
    /// One address for each part.
    public var urls: [String]
    /// What to send with every part.
    public var headers: [String: String]
    /// The form's fields before `file`.
    public var fields: [String: String]

    /// A permission.
    public init(
        method: String = "PUT", urls: [String], headers: [String: String] = [:], fields: [String: String] = [:]
    ) {
        self.method = method
        self.urls = urls
        self.headers = headers
        self.fields = fields
    }
}

extension ObjectStore {
    /// None.
    public func openAddresses(of name: String) -> [String] { [] }

    /// None.
    public func file(of name: String) -> String? { nil }

    /// Every object whose name begins with `prefix`.
    public func all(_ prefix: String) throws(StorageFault) -> [StoredObject] {
        var found: [StoredObject] = []
        var cursor: String?
        repeat {
            let page = try list(prefix, after: cursor)
            found += page.objects
            cursor = page.next
        } while cursor != nil
        return found
    }

    /// The SHA-256 of an object's bytes, and how many there are.
    public func digest(of name: String) throws(StorageFault) -> ObjectDigest {
        let sink = DigestSink()
        try get(name, into: sink)
        return sink.digest()
    }
}
