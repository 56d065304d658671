//! Items that come together are named in a row, and a store may keep them side by side:
//! each is its own all the same, whatever happens to the others.

use std::collections::BTreeMap;

use super::*;

/// Pseudo-random, the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// What the store must have.
type Model = BTreeMap<ItemId, (Item, Index)>;

fn listed(item: &Item, dice: &mut Dice) -> Index {
    let lasts = [HOUR, 3 * DAY, 8 * DAY, 90 * DAY][dice.below(4) as usize];
    let mut times: Vec<Happening> = Vec::new();
    for _ in 0..dice.below(4) {
        let start = 20_000 * DAY + dice.below(200) as i64 * DAY;
        // Some tell the same as the one before.
        match times.last_mut() {
            Some(happening) if dice.below(2) == 0 => assert!(happening.add(start, start + lasts, Some(start))),
            _ => {
                let first = Occurrence { of: Some(start), ..occurrence(item, start, start + lasts) };
                times.push(Happening::at(first));
            }
        }
    }
    Index { times, words: format!(" {} ", item.head.rev), ..index(item, &format!("T{}", dice.below(100))) }
}

const HOUR: i64 = 60 * 60 * 1000;

/// One change, and what it makes of the model.
fn change(model: &mut Model, id: &ItemId, of: &Collection, dice: &mut Dice) -> Change {
    let text = format!("text {}", dice.below(1000));
    let Some((there, _)) = model.get(id).cloned() else {
        let mut item = item(of, &id.0, &text);
        item.head.id = id.clone();
        let index = listed(&item, dice);
        model.insert(id.clone(), (item.clone(), index.clone()));
        return Change::Put { item: Box::new(item), seen: None, index, race: Race::KeepBase };
    };
    let seen = there.head.rev;
    let mut item = edited(&there, &text);
    match dice.below(6) {
        0 => {
            model.remove(id);
            return Change::Remove { id: id.clone(), seen };
        }
        1 => {
            let index = listed(&there, dice);
            let shown = if there.shown().is_some() { index.clone() } else { Index::default() };
            model.insert(id.clone(), (there.clone(), shown));
            return Change::Index { item: Box::new(there), index };
        }
        2 => {
            item.head.edit = Some(Edit::Delete);
            item.edit = None;
        }
        3 => {
            item.head.edit = None;
            (item.base, item.edit) = (item.edit, None);
        }
        _ => {}
    }
    let index = if item.shown().is_some() { listed(&item, dice) } else { Index::default() };
    model.insert(id.clone(), (item.clone(), index.clone()));
    Change::Put { item: Box::new(item), seen: Some(seen), index, race: Race::KeepBase }
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list
}

async fn check(store: &dyn Store, model: &Model, ids: &[(ItemId, Collection)]) {
    let items: Vec<Item> = ids.iter().filter_map(|(id, _)| model.get(id)).map(|(item, _)| item.clone()).collect();
    let all: Vec<ItemId> = ids.iter().map(|(id, _)| id.clone()).collect();
    assert_eq!(store.items(&all).await.unwrap(), items);
    for (id, _) in ids.iter().step_by(7) {
        assert_eq!(store.item(id).await.unwrap().as_ref(), model.get(id).map(|(item, _)| item), "{id:?}");
    }
    for of in [&ids[0].1, &ids[ids.len() - 1].1] {
        let heads = |heads: Vec<Head>| sorted(heads.into_iter().map(|head| (head.id, head.rev)).collect());
        let of_model = items.iter().map(|item| &item.head).filter(|head| head.collection == of.id);
        assert_eq!(heads(store.heads(&of.id).await.unwrap()), heads(of_model.clone().cloned().collect()));
        let todo = of_model.filter(|head| head.todo()).cloned().collect();
        assert_eq!(heads(store.todo(&of.id).await.unwrap()), heads(todo));
    }
    let entries = model.values().filter_map(|(_, index)| index.entry.as_ref());
    let uids = entries.map(|entry| (entry.uid.clone(), entry.id.clone(), entry.collection.clone())).collect();
    let sought: Vec<String> = all.iter().map(|id| id.0.clone()).collect();
    assert_eq!(sorted(store.by_uid(&sought).await.unwrap()), sorted(uids));
    for from in [19_999 * DAY, 20_050 * DAY + HOUR, 20_199 * DAY] {
        for to in [from + HOUR, from + 30 * DAY, from + 400 * DAY] {
            let times = |all: Vec<Occurrence>| sorted(all.into_iter().map(|o| (o.start, o.end, o.item)).collect());
            let all = model.values().flat_map(|(_, index)| &index.times);
            let touching = all.flat_map(|happening| happening.each(Occurrence::touches(from, to))).collect();
            assert_eq!(times(store.occurrences(from, to).await.unwrap()), times(touching), "{from} {to}");
        }
    }
}

pub async fn items_that_come_together_are_each_their_own(store: &dyn Store) {
    let (work, home) = (collection("work"), collection("home"));
    let mut ids: Vec<(ItemId, Collection)> = Vec::new();
    ids.extend((0..150).map(|n| (ItemId::of_batch("one", n), work.clone())));
    ids.extend((0..9).map(|n| (ItemId(format!("alone {n}")), work.clone())));
    // Collections that are read side by side may share a batch.
    ids.extend((150..200).map(|n| (ItemId::of_batch("one", n), home.clone())));
    ids.extend((0..20).map(|n| (ItemId::of_batch("one.1", n), home.clone())));
    ids.extend((0..80).map(|n| (ItemId::of_batch("long-one", n), work.clone())));
    let (mut model, mut dice) = (Model::new(), Dice(5545));
    for round in 0..40 {
        let mut changes = Vec::new();
        for _ in 0..=dice.below(30) {
            let (id, of) = &ids[dice.below(ids.len() as u64) as usize];
            changes.push(change(&mut model, id, of, &mut dice));
        }
        store.commit(commit(changes)).await.unwrap();
        if round % 10 == 9 {
            check(store, &model, &ids).await;
        }
    }
    assert!(model.len() > 50, "{}", model.len());
    store.remove_collection(&work.id).await.unwrap();
    model.retain(|_, (item, _)| item.head.collection != work.id);
    assert!(model.len() > 10, "{}", model.len());
    check(store, &model, &ids).await;
    store.remove_collection(&home.id).await.unwrap();
    check(store, &Model::new(), &ids).await;
}
