internal import Crypto
public import FoundationEssentials
public import Postgres
public import Providers

/// What providers report. A report is checked and then only brings the next poll forward.
public struct ProviderWebhooks: Sendable {
    /// Why a report is not accepted.
    public enum Refusal: Error {
        /// The token or the signature is wrong, or too old.
        case forged(String)
        /// The body cannot be read.
        case malformed
        /// The database failed.
        case failed(any Error)
    }

    private let database: Database
    private let providers: ProviderRegistry
    private let addresses: WebhookAddress

    /// Webhooks of an installation.
    public init(database: Database, providers: ProviderRegistry, addresses: WebhookAddress) {
        self.database = database
        self.providers = providers
        self.addresses = addresses
    }

    /// Accepts a report, once: `done`, `repeated`, or `unknown` for a run that is gone.
    public func accept(
        _ name: String, token: String, body: [UInt8], at moment: Date, header: @escaping @Sendable (String) -> String?
    ) throws(Refusal) -> String {
        guard let (id, run) = addresses.run(of: token, provider: name) else { throw .forged("token") }
        do {
            let mapping: JSONText? = try database.first(
                "select mapping from provider_mappings where provider = \(name)")
            guard let provider = providers.provider(name, mapping: mapping?.text) else {
                throw Refusal.forged("provider")
            }
            let document: String? = try database.first("select document from provider_keys where provider = \(name)")
            let hint: WebhookHint
            do throws(WebhookFault) {
                hint = try provider.verify(
                    WebhookDelivery(body: body, receivedAt: moment, keyDocument: document, header: header))
            } catch {
                throw error == .malformed ? Refusal.malformed : Refusal.forged("\(error)")
            }
            let hash = SHA256.hash(Array("\(token)\n".utf8) + body)
            return try database.one(
                "select accept_webhook(\(name), \(hash), \(id), \(Int32(run)), \(hint.requestID))")
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw .failed(error)
        }
    }
}
