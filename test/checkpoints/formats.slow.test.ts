// No quick test.
import { leafHash, rootOf, rootOfProof, makeTree, emptyRoot } from '../../src/checkpoints/merkle.ts';
import { isSigned, parseCheckpoint, parseVkey, verifierKeyOfSpki, vkeyOf } from '../../src/checkpoints/note.ts';
import { latestCheckpoint } from '../../src/checkpoints/storage.ts';
import {
  bundleOf,
  extend,
  leavesOf,
  proofFromTiles,
  readEdge,
  rootOfEdge,
  tileName,
} from '../../src/checkpoints/tiles.ts';

/** The leaves and roots of the test vectors of Certificate Transparency, by size of the tree. */
const vectors = [
  ['', '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
  ['00', 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
  ['10', 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
  ['2021', 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'],
  ['3031', '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4'],
  ['40414243', '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef'],
  ['5051525354555657', 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
  ['606162636465666768696a6b6c6d6e6f', '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
] as const;

describe('the Merkle tree', () => {
  test('has the roots of the test vectors of RFC 6962', () => {
    expect(emptyRoot.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    const tree = makeTree();
    for (const [leaf, root] of vectors) {
      tree.append(leafHash(Buffer.from(leaf, 'hex')));
      expect(tree.root().toString('hex')).toBe(root);
    }
  });
});

/** Hashes of as many leaves, and the tiles of their tree, which is extended at some sizes. */
function treeOf(size: number, steps: readonly number[]) {
  const hashes = Array.from({ length: size }, (_, index) => leafHash(Buffer.from(String(index))));
  const objects = new Map<string, Buffer>();
  let edge = { size: 0, partial: [] } as Parameters<typeof extend>[0];
  for (const step of [...steps, size]) {
    const extended = extend(edge, hashes.slice(edge.size, step));
    for (const [name, bytes] of extended.tiles) objects.set(name, bytes);
    edge = extended.edge;
  }
  return { hashes, objects, edge, storage: { get: async (name: string) => objects.get(name) ?? null } };
}

describe('tiles', () => {
  test.each([
    [{ level: 0, index: 0, width: 256 }, 'tile/0/000'],
    [{ level: 4, index: 1_234_067, width: 256 }, 'tile/4/x001/x234/067'],
    [{ level: 'entries', index: 273, width: 112 }, 'tile/entries/273.p/112'],
  ] as const)('of %j have the name %s of C2SP', (tile, name) => {
    expect(tileName(tile)).toBe(name);
  });

  test('of a tree of 70,000 leaves are those that C2SP lists', () => {
    const { objects } = treeOf(70_000, []);
    const names = [...objects.keys()];
    expect(names.filter((name) => /^tile\/0\/\d{3}$/.test(name))).toHaveLength(273);
    expect(names.filter((name) => !/^tile\/0\/\d{3}$/.test(name))).toEqual([
      'tile/0/273.p/112',
      'tile/1/000',
      'tile/1/001.p/17',
      'tile/2/000.p/1',
    ]);
  });

  test('lead to the root of the tree, whatever the sizes at which it grew', async () => {
    for (const [size, steps] of [
      [1, []],
      [255, [3]],
      [256, [255]],
      [257, [1, 256]],
      [1_000, [300, 512, 700]],
      [66_000, [65_535, 65_536]],
    ] as const) {
      const { hashes, edge, storage } = treeOf(size, steps);
      expect(rootOfEdge(edge)).toEqual(rootOf(hashes));
      expect(rootOfEdge(await readEdge(storage, size))).toEqual(rootOf(hashes));
    }
  });

  test('give inclusion proofs that lead to the root, and to another one for another leaf, index or size', async () => {
    const size = 66_000;
    const { hashes, storage } = treeOf(size, [10, 700, 65_536]);
    const root = rootOf(hashes);
    for (const index of [0, 1, 255, 256, 699, 65_535, 65_536, 65_999]) {
      const proof = await proofFromTiles(storage, index, size);
      const leaf = hashes[index] ?? emptyRoot;
      expect(rootOfProof(leaf, { index, size, hashes: proof })).toEqual(root);
      expect(rootOfProof(emptyRoot, { index, size, hashes: proof })).not.toEqual(root);
      expect(rootOfProof(leaf, { index: index ^ 1, size, hashes: proof })).not.toEqual(root);
      expect(rootOfProof(leaf, { index, size, hashes: proof.slice(1) })).not.toEqual(root);
    }
  });

  test('of entries keep every leaf as it is, and a bundle that is cut off is rejected', () => {
    const leaves = ['', 'a', '{"id":"ä"}'];
    expect(leavesOf(bundleOf(leaves))).toEqual(leaves);
    expect(() => leavesOf(bundleOf(leaves).subarray(0, -1))).toThrow('cut off');
  });
});

describe('signed notes', () => {
  // The examples of c2sp.org/signed-note, and of the tests of golang.org/x/mod/sumdb/note.
  const examples = [
    {
      vkey: 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
      text: 'This is an example message.\n',
      signature: 'Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=',
    },
    {
      vkey: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
      text:
        'If you think cryptography is the answer to your problem,\n' + "then you don't know what your problem is.\n",
      signature: 'x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=',
    },
  ];

  test.each(examples)('of $vkey are verified, and a changed text is not', ({ vkey, text, signature }) => {
    const key = parseVkey(vkey);
    const bytes = Buffer.from(signature, 'base64');
    const [name = ''] = vkey.split('+');
    const signatures = [{ name, keyId: bytes.toString('hex', 0, 4), signature: bytes.subarray(4) }];
    if (key === null) throw new Error('The key was not parsed.');
    expect(vkeyOf(key)).toBe(vkey);
    expect(isSigned({ text, signatures }, [key])).toBe(true);
    expect(isSigned({ text: `${text} `, signatures }, [key])).toBe(false);
    expect(isSigned({ text, signatures }, [])).toBe(false);
  });

  test.each([
    'example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
    'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U0=',
    'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    'a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  ])('rejects the verifier key %s', (vkey) => {
    expect(parseVkey(vkey)).toBeNull();
  });

  test('read the example checkpoint of c2sp.org/tlog-checkpoint, and keep the signatures of witnesses', () => {
    const text = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
    const line =
      '— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n';
    const parsed = parseCheckpoint(`${text}\n${line}— witness.example AAAAAAAA\n`);
    expect(parsed).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163, text });
    expect(parsed?.signatures.map(({ name }) => name)).toEqual(['example.com/behind-the-sofa', 'witness.example']);
    expect(parsed?.signatures[0]?.keyId).toBe('033de0ae');
    expect(parseCheckpoint(text)).toBeNull();
    expect(parseCheckpoint(`${text}\n`)).toBeNull();
    expect(parseCheckpoint(`${text.replace('20852163', '020852163')}\n${line}`)).toBeNull();
  });

  test('are not signed by a key of another kind', () => {
    expect(() => verifierKeyOfSpki('log', Buffer.alloc(91))).toThrow('ECC_NIST_EDWARDS25519');
    expect(latestCheckpoint).toBe('checkpoint');
  });
});
