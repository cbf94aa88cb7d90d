internal import Battles
internal import Money

/// By what the board of models is ordered.
public enum ModelOrder: String, CaseIterable, Sendable {
    /// By tier of the blind battles; models of a tier, and those without one, by name.
    case rating
    /// The shortest mean time first.
    case speed
    /// The lowest cost of a second first.
    case cost
    /// The smallest spread of times first.
    case consistency

    /// The models in this order. Those of which nothing is known come last, by name.
    public func sorted(_ models: [ModelFigures]) -> [ModelFigures] {
        func key(_ model: ModelFigures) -> Double {
            switch self {
            case .rating: model.rating?.tier.map { Double($0) } ?? .infinity
            case .speed: model.figures.meanSeconds ?? .infinity
            case .cost: model.figures.costPerSecond.map { Double($0.tenThousandths) } ?? .infinity
            case .consistency: model.figures.timeSpread ?? .infinity
            }
        }
        return models.sorted { (key($0), $0.name, $0.slug) < (key($1), $1.name, $1.slug) }
    }
}
