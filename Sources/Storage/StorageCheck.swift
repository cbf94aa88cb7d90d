internal import Crypto
internal import FoundationEssentials
internal import HTTPClient
internal import Platform
internal import Text

/// Tries a back end out, as `dailies doctor` does.
public struct StorageCheck: Sendable {
    /// What was found.
    public struct Finding: Sendable, Equatable {
        /// What was tried.
        public let subject: String
        /// Whether it is as it must be.
        public let isGood: Bool
        /// What was seen.
        public let detail: String
        /// How to fix it; empty when all is well.
        public let remedy: String
    }

    private let store: any ObjectStore
    private let scratch: LocalStorage
    private let siteURL: String
    private let signer: UploadSigner

    /// A check of `store` for the site at `siteURL`.
    public init(_ store: any ObjectStore, scratch: LocalStorage, siteURL: String, signer: UploadSigner) {
        self.store = store
        self.scratch = scratch
        self.siteURL = siteURL
        self.signer = signer
    }

    /// Stores a small object, finds it, reads it, looks for it as a stranger, and deletes it.
    public func run() -> [Finding] {
        let name = StorageKey.part(1, of: UUID())
        var step = "write"
        do throws(StorageFault) {
            let bytes = SecureRandom.bytes(64)
            try write(bytes, as: name)
            defer { try? store.delete(name) }
            step = "list"
            guard try store.all(Files.parent(of: name) + "/").contains(where: { $0.name == name && $0.size == 64 })
            else { throw .failed("\(store.kind.title): the object that was just stored is not in the list") }
            step = "read"
            guard try store.digest(of: name).sha256 == Text.hex(SHA256.hash(bytes)) else {
                throw .failed("\(store.kind.title): what was read differs from what was stored")
            }
            let others = store.kind == .local ? [] : [openness(name), preflight()].compactMap(\.self)
            step = "delete"
            try store.delete(name)
            let done = "an object was stored, listed, read and deleted"
            return [Finding(subject: "storage", isGood: true, detail: "\(store.kind.title): \(done)", remedy: "")]
                + others
        } catch {
            return [
                Finding(
                    subject: "storage", isGood: false, detail: "cannot \(step): \(error.debugDescription)",
                    remedy: remedy(for: error))
            ]
        }
    }

    private func write(_ bytes: [UInt8], as name: String) throws(StorageFault) {
        let workspace = try scratch.makeWorkspace()
        defer { try? Files.removeTree(workspace) }
        let path = workspace + "/probe"
        do { try Files.write(bytes, to: path) } catch { throw StorageFault(error) }
        try store.put(FilePiece(path, count: bytes.count), as: name)
    }

    /// No one may read an object without a signature: pending clips are private.
    private func openness(_ name: String) -> Finding? {
        let client = HTTPClient()
        for url in store.openAddresses(of: name) {
            guard let answer = try? client.send(OutgoingRequest(url: url)), answer.isSuccess else { continue }
            return Finding(
                subject: "storage privacy", isGood: false,
                detail: "anyone can read objects at \(url.prefix { $0 != "?" })",
                remedy: "Make the bucket private; nginx reads from it with signatures, and a CDN reads from this site.")
        }
        return Finding(
            subject: "storage privacy", isGood: true, detail: "objects cannot be read without a signature", remedy: "")
    }

    /// Browsers ask the storage whether pages of this site may send to it.
    private func preflight() -> Finding? {
        let plan = UploadPlan(size: 1)
        let request = UploadRequest(
            upload: UUID(), plan: plan, contentType: "video/mp4", now: Date(), expires: Date().addingTimeInterval(60),
            signer: signer)
        guard let permission = try? store.permission(request), permission.method == "PUT" else { return nil }
        let names = permission.headers.keys.map { $0.lowercased() }.sorted().joined(separator: ",")
        let answer = try? HTTPClient().send(
            OutgoingRequest(
                method: "OPTIONS", url: permission.urls[0],
                headers: [
                    ("Origin", siteURL), ("Access-Control-Request-Method", "PUT"),
                    ("Access-Control-Request-Headers", names),
                ]))
        let allowed = answer?.header("Access-Control-Allow-Origin") ?? ""
        if answer?.isSuccess == true, allowed == "*" || allowed == siteURL {
            return Finding(
                subject: "storage uploads", isGood: true, detail: "pages of \(siteURL) may send clips to it", remedy: ""
            )
        }
        return Finding(
            subject: "storage uploads", isGood: false, detail: "browsers may not send clips to it from \(siteURL)",
            remedy: "Set the bucket's CORS rules: AllowedOrigins \(siteURL), AllowedMethods PUT, AllowedHeaders *.")
    }

    private func remedy(for fault: StorageFault) -> String {
        switch fault {
        case .denied:
            "Check the credentials, the bucket and the region in the settings. The key must be allowed to write, read, list "
                + "and delete."
        case .unavailable: "Check the address in the settings, the network of this machine and the provider's status."
        case .full: "Make room, or raise the limit of the account."
        case .missing: "Check the bucket and the region in the settings, and that the key may list and read."
        case .failed: "Read the reason; the log of the provider may say more."
        }
    }
}
